"""What the processes of a running shop use, read from /proc: part by part."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


class Use(NamedTuple):
    """Bytes of memory, what is shared divided by those who share it, and seconds of CPU since the start."""

    memory: int = 0
    cpu: float = 0.0


def used(root: int) -> dict[str, Use]:
    """What each part of the shop uses that this process started."""
    found: dict[str, Use] = {}
    for pid in _below(root):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            part, one = _part(_command(pid)), _use(pid)
            before = found.get(part, Use())
            found[part] = Use(before.memory + one.memory, before.cpu + one.cpu)
    return found


def sidecars(root: int) -> Iterator[int]:
    """The ports of the sidecars that this process started."""
    for pid in _below(root):
        if "sidecar" in _command(pid):
            told = dict(one.split("=", 1) for one in (PROC / str(pid) / "environ").read_text().split("\0") if one)
            yield int(told["SHOP_PORT"])


def _below(root: int) -> list[int]:
    parents = {int(one.name): _parent(one) for one in PROC.glob("[0-9]*")}
    found = [root]
    for pid in found:  # it grows meanwhile
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _parent(process: Path) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _command(pid: int) -> list[str]:
    return (PROC / str(pid) / "cmdline").read_text().split("\0")


def _part(command: list[str]) -> str:
    if "seed.shop" in command:
        return "sidecars" if "sidecar" in command else "services"
    named = [name for name in ("ingest", "dashboard") if name in command]
    return named[0] if named else {"java": "broker", "postgres:": "PostgreSQL"}.get(_program(command), "the rest")


def _program(command: list[str]) -> str:
    name = Path(command[0].split(" ", 1)[0]).name
    return "postgres:" if name == "postgres" else name


def _use(pid: int) -> Use:
    lines = dict(line.split(":", 1) for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:])
    spent = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[11:13]
    return Use(int(lines["Pss"].split()[0]) * 1_024, sum(map(int, spent)) / TICKS)
