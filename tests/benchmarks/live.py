"""From a frame to `next()`: our live loop beside a bare loop and plain Backtrader.

    python tests/benchmarks/live.py [--bars 200] [--feeds 1,5,20] [--noise 0,2500] [--loops …]

A server in a process of its own sends closed bars of all feeds every 50 ms and notes when the last
frame of a bar left; the loop notes when it could act on it. Both read the machine's monotonic
clock. Only ratios of one run mean anything.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

from live_wire import LOOPS, Load, figures, send

HERE = Path(__file__).parent


def turn(name: str, load: Load) -> tuple[float, float, float]:
    """Run one loop against a server of its own; return its figures."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=send, args=(load, theirs))
    server.start()
    try:
        port = ours.recv()
        command = [sys.executable, str(HERE / "live_wire.py"), name, str(port), *map(str, load)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        sent: list[int] = ours.recv()
    finally:
        server.join(10)
        server.kill()
    found: tuple[float, float, float] = figures(sent, json.loads(done.stdout))
    return found


def main() -> None:
    """Measure every combination and print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--bars", type=int, default=200)
    parser.add_argument("--feeds", default="1,5,20")
    parser.add_argument("--noise", default="0,2500")
    parser.add_argument("--loops", default=",".join(LOOPS))
    given = parser.parse_args()
    head = "| feeds | messages/s | loop | p50 µs | p99 µs | heard | p50 / bare |"
    sys.stdout.write(f"{head}\n|---|---|---|---|---|---|---|\n")
    for noise in map(int, given.noise.split(",")):
        for feeds in map(int, given.feeds.split(",")):
            base = float("nan")
            for name in given.loops.split(","):
                p50, p99, heard = turn(name, Load(feeds, given.bars, noise))
                base = p50 if name == "bare" else base
                row = (feeds, noise, name, f"{p50:,.0f}", f"{p99:,.0f}", f"{heard:.0%}")
                sys.stdout.write(f"| {' | '.join(map(str, row))} | {p50 / base:.2f} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
