"""The seed's memory: the peak of a process that tells 10,000 orders, and of one that tells 100,000."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.tables import table

WITHIN = 0.1
UNTIL = "2026-11-23T00:00:00Z"


def tables(ground: Ground) -> Iterator[str]:
    """Peak resident memory at both sizes, and how far they are apart."""
    sizes = [ground.times(10_000, 200), ground.times(100_000, 2_000)]
    rows, peaks = [], []
    for orders in sizes:
        url = ground.sqlite()
        peak, seconds = _seed(url, orders)
        events = oracle.select(url, "SELECT count(*) FROM events")[0][0]
        peaks.append(peak)
        rows.append([f"{orders:,}", f"{events:,}", f"{peak / 1e6:.1f} MB", f"{seconds:.0f} s"])
    grown = peaks[1] / peaks[0] - 1
    verdict = "reached" if abs(grown) <= WITHIN else "**missed**"
    rows.append(["growth", "", f"{grown:+.1%} ({verdict}, goal within {WITHIN:.0%})", ""])
    yield table(("orders", "events", "peak of resident memory", "wall"), rows)


def _seed(url: str, orders: int) -> tuple[int, float]:
    """Peak resident memory in bytes, and seconds."""
    command = [sys.executable, "-m", "seed", "--orders", str(orders), "--until", UNTIL, "--database", url, "--quiet"]
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: its words stand above.")
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024), time.monotonic() - started
