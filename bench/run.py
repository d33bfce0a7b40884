"""`make bench`: mail in, traced, reply out, durably, against a stock server that drops every mail; ratios within one run.

The yardstick (`bench/load/nullsmtp.py`) and the desk are loaded in turn, several rounds, by the same client
(`bench/load/mailbench.py`), on loopback. Absolute figures say little on a shared machine; the ratio within a round does. The
Telegram part is in `bench/chats.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import chats
from bench.processes import PYTHON, child, free_port

LOAD = Path(__file__).parent / "load"
SETTINGS = """
[desk]
address = "svc@bench.test"
data_dir = "{folder}"
[database]
url = "sqlite:///{folder}/desk.db"
[smtp]
port = {smtp}
[http]
enabled = false
[relay]
host = "127.0.0.1"
port = {sink}
[mail_trust]
relays = ["127.0.0.1"]
[log]
level = "warning"
"""


def load(port: int, *options: str) -> dict[str, float]:
    """One run of the client; its figures."""
    command = [PYTHON, str(LOAD / "mailbench.py"), "--port", str(port), *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if not result.stdout:
        raise SystemExit(result.stderr)
    figures: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    if result.returncode:
        print("  the client complains:", result.stdout.splitlines()[-1], result.stderr)
    return figures


def null_server(mails: int, connections: int) -> float:
    port = free_port()
    with child([PYTHON, str(LOAD / "nullsmtp.py"), str(port), "--uvloop"], "ready"):
        load(port, "-n", "200", "-c", str(connections), "--no-replies")
        return float(load(port, "-n", str(mails), "-c", str(connections), "--no-replies")["accept_per_s"])


@contextmanager
def desk(folder: Path, sink: int) -> Iterator[tuple[int, int]]:
    """A desk with the sample shipments: its SMTP port and its process id."""
    port = free_port()
    config = folder / "bench.toml"
    config.write_text(SETTINGS.format(folder=folder, smtp=port, sink=sink))
    autopro = str(Path(PYTHON).parent / "autopro")
    subprocess.run([PYTHON, "-m", "bot.commands.load_samples", "--config", str(config)], check=True)
    with child([autopro, "serve", "--config", str(config)], "autopro ready") as process:
        yield port, process.pid


def round_of(mails: int, connections: int, *, half_load: bool) -> dict[str, float]:
    yardstick = null_server(mails, connections)
    sink = free_port()
    common = ["-c", str(connections), "--sink-port", str(sink), "--must", "123456789"]
    with tempfile.TemporaryDirectory() as name, desk(Path(name), sink) as (port, pid):
        load(port, "-n", "200", *common)
        full = load(port, "-n", str(mails), "--pid", str(pid), *common)
        figures = {
            "null_per_s": yardstick,
            "desk_per_s": full["e2e_per_s"],
            "ratio": full["e2e_per_s"] / yardstick,
            "cpu_us_a_mail": full["server_cpu_us"],
            "p99_ms": full["e2e_p99_ms"],
            "memory_mb": full["pss_mb"],
        }
        if half_load:
            rate = full["e2e_per_s"] / 2
            half = load(port, "-n", str(mails // 2), "--rate", f"{rate:.0f}", "--pid", str(pid), *common)
            figures |= {"half_load_p50_ms": half["e2e_p50_ms"], "half_load_p99_ms": half["e2e_p99_ms"]}
        return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mails", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--updates", type=int, default=2000, help="queued updates of the Telegram part; 0 leaves it out")
    parser.add_argument("--chats", type=int, default=1000)
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} processors; {arguments.mails} mails a run on {arguments.connections} connections")
    rounds = []
    for number in range(arguments.rounds):
        figures = round_of(arguments.mails, arguments.connections, half_load=number == 0)
        rounds.append(figures)
        print(f"round {number + 1}: " + "  ".join(f"{key}={value:.2f}" for key, value in figures.items()))
    ratios = [figures["ratio"] for figures in rounds]
    print(f"desk / null server: median {statistics.median(ratios):.2f} (lowest {min(ratios):.2f}, highest {max(ratios):.2f})")
    if arguments.updates:
        chats.measure(arguments.rounds, arguments.updates, arguments.chats)


if __name__ == "__main__":
    main()
