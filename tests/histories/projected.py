"""What a build's tables hold, read past the library."""

from collections import Counter

from eventstore.builds import Build, builds, columns
from eventstore.core.history import OPEN, Row
from eventstore.projector.rows import read
from eventstore.store import EventStore
from tests.histories.declared import Told, as_told


def live(store: EventStore, projection: str = "traced") -> Build:
    """The live build."""
    (found,) = [one for one in store.database.read(builds) if one.projection == projection and one.state == "live"]
    return found


def rows(store: EventStore, build: Build | None = None) -> dict[str, list[Row]]:
    """All rows of each key."""
    build = build or live(store)
    found: dict[str, list[Row]] = {}
    for line in store.rows(f"SELECT id, {', '.join(columns(build.facets))} FROM {build.rows}"):
        key, row = read(build, line)
        found.setdefault(key, []).append(row)
    return found


def table(store: EventStore, build: Build | None = None) -> dict[str, list[Told]]:
    """The same, to compare."""
    return {key: as_told(found) for key, found in rows(store, build).items()}


def rollup(store: EventStore, build: Build | None = None) -> Counter[tuple[object, ...]]:
    """The roll-ups as they are; cells that hold nothing are left out."""
    build = build or live(store)
    sums = "".join(f", s_{facet.name}" for facet in build.summed)
    found = store.rows(f"SELECT facet, width, bucket, value, keys{sums} FROM {build.rollup}")
    return Counter({(*line[:4], number): value for line in found for number, value in enumerate(line[4:]) if value})


def recounted(store: EventStore, build: Build | None = None) -> Counter[tuple[object, ...]]:
    """The roll-ups, counted anew from the rows of the latest belief."""
    build, counted = build or live(store), Counter[tuple[object, ...]]()
    names = [facet.name for facet in build.facets]
    before = [facet.name for facet in build.rolled]
    for row in (row for mine in rows(store, build).values() for row in mine if row.known_to == OPEN):
        for sign, held, values in (
            (1, row.at.state is not None, dict(zip(names, row.at.facets, strict=False))),
            (-1, bool(row.before), dict(zip(before, row.before[1:], strict=False))),
        ):
            cells = [("", ""), *((facet.name, values.get(facet.name) or "") for facet in build.counted)]
            for (facet, value), width in [(cell, width) for cell in cells for width in build.levels if held]:
                sums = [1, *(int(values[one.name] or 0) for one in build.summed)]
                for number, amount in enumerate(sums):
                    counted[facet, width, row.valid_from // width * width, value, number] += sign * amount
    return Counter({at: value for at, value in counted.items() if value})
