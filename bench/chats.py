"""The Telegram part of `make bench`: queued updates in, traced, answered, durably; against python-telegram-bot's own Application.

Both take the same updates from the same loopback server (`bench/telegram_server.py`) in one run; Telegram's limits are lifted by
setting. The desk keeps every update before it is confirmed and every answer before it is sent; the plain bot keeps nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import PYTHON, child, free_port

HERE = Path(__file__).parent
TOKEN = "42:AAbench-token-0123456789abcdef"  # noqa: S105 - of the loopback server
WARM_UP = 300
SETTINGS = """
[desk]
data_dir = "{folder}"
[database]
url = "sqlite:///{folder}/desk.db"
[smtp]
enabled = false
[http]
enabled = false
[telegram]
token = "{token}"
api_url = "{api}"
[limits]
telegram_per_second = 0
telegram_chat_per_second = 0
telegram_group_per_minute = 0
[log]
level = "warning"
"""


@contextmanager
def server(updates: int, chats: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server with its updates queued: its address, and the process whose lines tell the figures."""
    port = free_port()
    options = ["--warm-up", str(WARM_UP), "--updates", str(updates), "--chats", str(chats)]
    with child([PYTHON, str(HERE / "telegram_server.py"), str(port), *options], "ready") as process:
        yield f"http://127.0.0.1:{port}", process


def answers_per_second(process: subprocess.Popen[str]) -> float:
    """What the server says of the second round; the first warms up."""
    assert process.stdout is not None
    figures = [json.loads(process.stdout.readline()) for _ in range(2)][-1]
    return float(figures["answers"] / figures["seconds"])


def proportional_megabytes(pid: int) -> float:
    """Memory of a process, what it shares divided among those that share it."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def desk(updates: int, chats: int) -> dict[str, float]:
    with server(updates, chats) as (api, process), tempfile.TemporaryDirectory() as name:
        config = Path(name) / "bench.toml"
        config.write_text(SETTINGS.format(folder=name, token=TOKEN, api=api), encoding="utf-8")
        subprocess.run([PYTHON, "-m", "bot.commands.load_samples", "--config", str(config)], check=True)
        with child([str(Path(PYTHON).parent / "autopro"), "serve", "--config", str(config)], "autopro ready") as serving:
            began = processor_seconds(serving.pid)
            rate = answers_per_second(process)
            spent = processor_seconds(serving.pid) - began
            return {
                "desk_per_s": rate,
                "cpu_us_an_answer": spent / (updates + WARM_UP) * 1e6,
                "memory_mb": proportional_megabytes(serving.pid),
            }


def plain_bot(updates: int, chats: int) -> float:
    with server(updates, chats) as (api, process), tempfile.TemporaryDirectory() as name:
        config = Path(name) / "bench.toml"
        config.write_text(SETTINGS.format(folder=name, token=TOKEN, api=api), encoding="utf-8")
        subprocess.run([PYTHON, "-m", "bot.commands.load_samples", "--config", str(config)], check=True)
        bot = subprocess.Popen([PYTHON, str(HERE / "plain_telegram_bot.py"), api, TOKEN, f"{name}/desk.db"])
        try:
            return answers_per_second(process)
        finally:
            bot.terminate()
            bot.wait(30)


def measure(rounds: int, updates: int, chats: int) -> None:
    """Prints the figures of every round, and the median ratio."""
    print(f"Telegram: {updates} queued updates from {chats} chats")
    ratios = []
    for number in range(rounds):
        plain = plain_bot(updates, chats)
        figures = desk(updates, chats)
        ratios.append(figures["desk_per_s"] / plain)
        shown = {"plain_bot_per_s": plain, **figures, "ratio": ratios[-1]}
        print(f"round {number + 1}: " + "  ".join(f"{key}={value:.2f}" for key, value in shown.items()), flush=True)
    print(f"desk / plain bot: median {statistics.median(ratios):.2f} (lowest {min(ratios):.2f}, highest {max(ratios):.2f})")


if __name__ == "__main__":
    started = time.perf_counter()
    measure(*(int(argument) for argument in sys.argv[1:] or ("1", "2000", "1000")))
