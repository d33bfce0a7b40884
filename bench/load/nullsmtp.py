"""Stock aiosmtpd that accepts and drops every mail: the yardstick for `mailbench.py` ratios.

Run with the project's interpreter: ``.venv/bin/python bench/load/nullsmtp.py PORT [--uvloop]``; stop it with SIGTERM.
"""
import asyncio
import sys

from aiosmtpd.smtp import SMTP


class Drop:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"


async def main(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Drop(), hostname="null.test"), "127.0.0.1", port, backlog=512)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if "--uvloop" in sys.argv:
        import uvloop
        uvloop.install()
    asyncio.run(main(int(sys.argv[1])))
