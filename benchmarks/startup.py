"""`lamtheo --help` against `python -c "import click"`: whole processes, in turn, medians.

python benchmarks/startup.py [--runs 15]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=15)
    runs = arguments.parse_args().runs
    ours = [sys.executable, "-m", "lamtheo_xls", "--help"]
    theirs = [sys.executable, "-c", "import click"]
    for command in (ours, theirs):
        seconds(command)
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(runs)]
    own, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"lamtheo --help: {own * 1000:.0f} ms; import click: {other * 1000:.0f} ms; ratio {own / other:.2f} x")


if __name__ == "__main__":
    main()
