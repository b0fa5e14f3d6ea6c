"""Every table of speed, one after the other: half an hour on two quiet cores.

    python tests/benchmarks/everything.py
    python tests/benchmarks/everything.py --only sweep workers

Each is a command of its own, which says what it measures; ours and its peers run in turns, each in
a process and an environment of its own. A table whose engines disagree about trades or money has no
ratios, and makes this end with an error.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
TABLES = {
    "common work": ("backtest.py", "--rounds", "1"),
    "idle": ("backtest.py", "--rounds", "1", "--idle"),
    "scaling": ("scaling.py",),
    "sweep": ("sweep.py",),
    "sweep of rules": ("sweep.py", "--kind", "rules"),
    "workers": ("workers.py",),
    "rules": ("rules.py",),
}


def main() -> int:
    """Run what is asked for; tables come as they are done."""
    parser = argparse.ArgumentParser(description="Every table of speed.")
    parser.add_argument("--only", nargs="+", choices=list(TABLES), default=list(TABLES))
    failed = 0
    for name in parser.parse_args().only:
        script, *options = TABLES[name]
        sys.stdout.write(f"\n## {name}\n")
        sys.stdout.flush()
        done = subprocess.run([sys.executable, str(HERE / script), *options], check=False)
        failed |= done.returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
