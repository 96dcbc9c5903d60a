"""Results as Markdown tables, printed and kept under benchmarks/results."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def conditions() -> str:
    """One line on where and when the figures were taken."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")  # noqa: TID251 - a report carries its date
    return (
        f"{when}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {cores} cores, load {load:.1f}"
    )


def keep(name: str, title: str, command: str, parts: Sequence[str]) -> None:
    """Write one page of results, with the command that makes it again."""
    page = [f"# {title}", f"`{command}` on {conditions()}", *parts]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text("\n\n".join(page).rstrip() + "\n", encoding="utf-8")


def goal(value: float, wanted: float) -> str:
    """A ratio beside its goal, with the miss named."""
    return f"{value:.2f} ({'reached' if value >= wanted else '**missed**'}, goal {wanted:g})"
