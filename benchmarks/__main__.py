"""`python -m benchmarks [PART]...`: speed as ratios within one run, goals and misses told."""

import argparse
import gc
import sys
from collections.abc import Callable, Iterator

from benchmarks import append, histories, ingest, living, projector, scrubbing, seed_memory, stepping
from benchmarks.ground import ENGINES, Ground, NotHere, ground
from benchmarks.tables import conditions, keep

PARTS: dict[str, tuple[str, Callable[[Ground], Iterator[str]]]] = {
    "append": ("Append: medians of rounds in which the arms took turns in random order", append.tables),
    "ingest": ("Ingest: medians of runs in random order, each in a process of its own", ingest.tables),
    "histories": ("Histories: questions to read models of growing size", histories.tables),
    "histories-10m": ("Histories: the same up to ten million rows", histories.tables_by_hand),
    "projector": ("Projector: what an event costs it, and what it stores", projector.tables),
    "scrubbing": ("Scrubbing: the moment bar and the story in a real Chromium, beside an empty page", scrubbing.tables),
    "stepping": ("Stepping: windows of long stories, and the page that shows one", stepping.tables),
    "shop": ("The living shop: ten minutes at 20 orders a minute", living.tables),
    "seed": ("The seed's memory", seed_memory.tables),
}


BY_HAND = ("histories-10m", "shop")
"""Parts that take hours and many gigabytes, or minutes in which nothing else may run: only where they are named."""


def main() -> int:
    """Run the parts, print their tables, keep those of a full run."""
    asked = _arguments()
    for name in asked.parts or [part for part in PARTS if part not in BY_HAND]:
        title, tables = PARTS[name]
        print(f"\n{title}\n{conditions()}\n", flush=True)
        gc.collect()
        gc.freeze()
        try:
            _print_and_keep(name, title, tables, asked)
        except NotHere as missing:
            print(f"not run: {missing}", flush=True)
    return 0


def _print_and_keep(
    name: str, title: str, tables: Callable[[Ground], Iterator[str]], asked: argparse.Namespace
) -> None:
    parts = []
    with ground(asked.scale, asked.seed) as place:
        place.engines = tuple(asked.engine or ENGINES)
        for part in tables(place):
            print(part, flush=True)
            parts.append(part)
    if asked.scale == 1:
        only = "".join(f" --engine {engine}" for engine in asked.engine or ())
        page = "-".join([name, *map(str.lower, asked.engine or ())])
        keep(page, title, f"python -m benchmarks {name}{only} --seed {asked.seed}", parts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[[], *PARTS], help=f"which; all but {' and '.join(BY_HAND)} without any"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full counts; only full runs are kept")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this database; all without it")
    parser.add_argument("--seed", type=int, default=20_261_123, help="of all random choices")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
