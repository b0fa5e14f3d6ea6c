"""From a frame to `next()`, or to an order: our live loop beside a bare one and plain Backtrader.

    python tests/benchmarks/live.py [--bars 200] [--feeds 1,5,20] [--noise 0,2500] [--loops …]
    python tests/benchmarks/live.py --orders [--bars 60] [--feeds 1,5,20] [--noise 0,2500]

To `next()`: a server in a process of its own sends closed bars of all feeds every 50 ms and notes
when the last frame of a bar left; the loop notes when it could act on it. To an order: the
simulated exchange closes bars and notes when an order's bytes have arrived; ours goes the whole way
of a recipe, with risk, journal and a durable commit before it sends. All read the machine's
monotonic clock. Only ratios of one run mean anything.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import live_orders
import live_wire

HERE = Path(__file__).parent
Figures = tuple[float, float, float]


def wire_turn(name: str, load: live_wire.Load) -> Figures:
    """Run one loop against a server of its own, up to `next()`; return its figures."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=live_wire.send, args=(load, theirs)
    )
    server.start()
    try:
        command = [str(HERE / "live_wire.py"), name, str(ours.recv()), *map(str, load)]
        done = subprocess.run([sys.executable, *command], capture_output=True, check=True)
        sent: list[int] = ours.recv()
    finally:
        server.join(10)
        server.kill()
    found: Figures = live_wire.figures(sent, json.loads(done.stdout))
    return found


def order_turn(name: str, load: live_wire.Load) -> Figures:
    """Run one loop against a simulated exchange, up to its orders; return its figures."""
    ours, theirs = multiprocessing.Pipe()
    arguments = (load, live_orders.LINES[name], theirs)
    server = multiprocessing.get_context("spawn").Process(target=live_orders.serve, args=arguments)
    server.start()
    command = [str(HERE / "live_orders.py"), name, str(ours.recv())]
    numbers = (str(load.feeds), str(load.bars))
    client = subprocess.Popen(
        [sys.executable, *command, *numbers], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        sent, arrived = ours.recv()
        ours.send("enough")
    finally:
        client.kill()
        client.wait()
        server.join(10)
        server.kill()
    found: Figures = live_orders.figures(sent, arrived)
    return found


def main() -> None:
    """Measure every combination and print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--orders", action="store_true")
    parser.add_argument("--bars", type=int)
    parser.add_argument("--feeds", default="1,5,20")
    parser.add_argument("--noise", default="0,2500")
    parser.add_argument("--loops", default=",".join(live_wire.LOOPS))
    given = parser.parse_args()
    turn, bars = (order_turn, 60) if given.orders else (wire_turn, 200)
    head = "| feeds | messages/s | loop | p50 µs | p99 µs | heard | p50 / bare |"
    sys.stdout.write(f"{head}\n|---|---|---|---|---|---|---|\n")
    for noise in map(int, given.noise.split(",")):
        for feeds in map(int, given.feeds.split(",")):
            base = float("nan")
            for name in given.loops.split(","):
                p50, p99, heard = turn(name, live_wire.Load(feeds, given.bars or bars, noise))
                base = p50 if name == "bare" else base
                row = (feeds, noise, name, f"{p50:,.0f}", f"{p99:,.0f}", f"{heard:.0%}")
                sys.stdout.write(f"| {' | '.join(map(str, row))} | {p50 / base:.2f} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
