"""`python -m benchmarks.reliability [--scale 0.1] [--seed N] [--only S1,I2]`: every figure beside its control."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks.ground import Ground, NotHere, ground
from benchmarks.reliability import (
    broker_crashes,
    clocks,
    crashes,
    disks,
    folding,
    immutability,
    ingest_crashes,
    limits,
    order,
    outages,
    poison,
    projecting,
    rebuilding,
    server_crashes,
    tampering,
    unknown_commits,
    values,
    zombies,
)
from benchmarks.reliability.figure import HEADS, Figure
from benchmarks.tables import RESULTS, keep, table

PAGE = "reliability"

FIGURES: dict[str, Callable[[Ground], Iterator[Figure]]] = {
    "S1": order.s1,
    "S2": order.s2,
    "S3": unknown_commits.s3,
    "S4": crashes.s4,
    "S5": crashes.s5,
    "S6": server_crashes.s6,
    "S8": disks.s8,
    "S9": disks.s9,
    "S10": immutability.s10,
    "S11": tampering.s11,
    "S14": limits.s14,
    "S15": clocks.s15,
    "S16": values.s16,
    "I1": ingest_crashes.i1,
    "I1 with a broker": broker_crashes.i1_broker,
    "I2": zombies.i2,
    "I3": outages.i3,
    "I6": poison.i6,
    "P3": projecting.p3,
    "P4": projecting.p4,
    "P5": folding.p5,
    "P6": rebuilding.p6,
    "P7": rebuilding.p7,
    "P8": folding.p8,
}


def main() -> int:
    """Run the figures, print them, keep the page of a full run; 1 where one of them does not hold."""
    asked = _arguments()
    names = asked.only.split(",") if asked.only else list(FIGURES)
    print(f"scale {asked.scale}, seed {asked.seed}", flush=True)
    with ground(asked.scale, asked.seed) as place:
        results = [result for name in names for result in _run(place, name)]
    figures = [result for result in results if isinstance(result, Figure)]
    faults = [figure.fault for figure in figures if not figure.holds]
    print(*(f"DOES NOT HOLD: {fault}" for fault in faults), sep="\n", file=sys.stderr)
    if asked.scale == 1:
        _keep(figures, [result for result in results if isinstance(result, str)], asked)
    return 1 if faults else 0


def _run(place: Ground, name: str) -> Iterator[Figure | str]:
    started = time.monotonic()
    try:
        for figure in FIGURES[name](place):
            print(" | ".join(figure.cells()), "" if figure.holds else f"<- {figure.fault}", flush=True)
            yield figure
    except NotHere as missing:
        print(f"{name} | not run: {missing}", flush=True)
        yield f"{name}: {missing}"
    print(f"    ({time.monotonic() - started:.1f} s)", flush=True)


def _keep(figures: list[Figure], not_run: list[str], asked: argparse.Namespace) -> None:
    """Write the page; figures that were run alone take their place among the others on it."""
    rows = _kept() if asked.only else {}
    rows.update({(figure.name, figure.place): figure.cells() for figure in figures})
    parts = [table(HEADS, list(rows.values())), "Harm is what was observed, never what cannot be."]
    parts += ["Not run here: " + "; ".join(not_run) + "."] if not_run else []
    command = f"python -m benchmarks.reliability --seed {asked.seed}"
    keep(PAGE, "Reliability: harm under faults, each beside a control that must come to harm", command, parts)


def _kept() -> dict[tuple[str, str], list[str]]:
    """The rows of the page as it is."""
    page = RESULTS / f"{PAGE}.md"
    lines = page.read_text(encoding="utf-8").splitlines() if page.exists() else []
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith(("| S", "| I", "| P"))]
    return {(row[0], row[1]): row for row in cells}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full counts; CI runs 0.1")
    parser.add_argument("--seed", type=int, default=20_261_123, help="of all random choices")
    parser.add_argument("--only", default="", help="names of figures, with commas between")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
