"""The intake's tables: ingesters, partitions, dead letters, losses, seals. Pure."""

from collections.abc import Mapping
from typing import Any

from app import formats, payload
from app.answers import Standing
from app.frames.tables import Cell, Column, Look, Row, Table, fact
from app.health_answers import DeadLetter, Health, Ingester, Partition
from app.theme import ICONS, Tone

STALE = 60_000_000
"""An ingester that has not told of itself for so long is gone, in microseconds."""


def ingesters(found: Health, at: Standing, look: Look) -> Table:
    """Each ingester: what it does, how fast, its last error."""
    columns = (
        Column("Ingester", "30%", link=True),
        Column("State", "22%"),
        Column("Rate", "84px", "mono", "right"),
        Column("Last error", ""),
    )
    return Table("Ingesters", columns, tuple(_ingester(one, at, look) for one in found.ingesters))


def no_ingester() -> dict[str, Any]:
    """How messages come in, where none has come from a broker yet."""
    text = "No ingester has run here: what this store holds was written without a broker. To read topics from Kafka:"
    return {"text": text, "commands": ["chronoscope ingest --topics orders,payments"], "look": "panel"}


def _ingester(one: Ingester, at: Standing, look: Look) -> Row:
    silent = at.now - one.updated_at
    gone = silent > STALE and one.state not in ("stopped", "failed", "fenced")
    meant = Tone.FAILED if gone else Tone.ACTIVE if one.state in ("live", "catching up") else Tone.UNKNOWN
    word = f"silent for {formats.duration(silent)}" if gone else one.state
    hover = f"{one.servers}\n{one.topics}\nlast heard {formats.full_time(one.updated_at)}"
    cells = (
        Cell(one.name, title=hover),
        Cell(word, icon=ICONS[meant], tone=look.palette.tones[meant], title=hover),
        Cell(f"{formats.short(round(one.rate, 1))}/s"),
        Cell(one.last_error or "none", title=_last_error(one), dim=one.last_error is None),
    )
    return Row(one.name, cells)


def _last_error(one: Ingester) -> str:
    return "" if one.last_error is None else f"{formats.full_time(one.last_error_at)}\n{one.last_error}"


def partitions(found: Health, look: Look) -> Table:
    """Each partition: how far it was read, how much waits."""
    columns = (
        Column("Topic", "", "mono", link=True),
        Column("Part.", "58px", "mono", "right"),
        Column("Next offset", "112px", "mono", "right"),
        Column("Lag", "92px", "mono", "right"),
        Column("Last message, UTC", "176px", "mono"),
    )
    return Table("Partitions", columns, tuple(_partition(one, look) for one in found.partitions))


def _partition(one: Partition, look: Look) -> Row:
    meant = Tone.WAITING if one.lag else Tone.DONE
    lag = Cell(formats.MISSING, title="the broker has not told where it ends", dim=True)
    if one.lag is not None:
        lag = Cell(formats.count(one.lag), icon=ICONS[meant], tone=look.palette.tones[meant])
    last = formats.MISSING
    if one.timestamp is not None:
        last = f"{formats.short_day(one.timestamp)} {formats.clock_time(one.timestamp)}"
    cells = (Cell(one.topic), Cell(str(one.partition)), Cell(formats.count(one.next_offset)), lag, Cell(last, dim=True))
    return Row(f"{one.topic}/{one.partition}", cells)


def reasons(found: Health, look: Look, links: Mapping[str, str], chosen: str) -> Table:
    """Dead letters by reason, the most first."""
    columns = (
        Column("Reason", "", link=True),
        Column("Waiting", "76px", "mono", "right"),
        Column("Replayed", "84px", "mono", "right"),
        Column("First", "80px", "mono", "right"),
        Column("Last, UTC", "126px", "mono", "right"),
    )
    rows = []
    for one in sorted(found.reasons, key=lambda reason: -reason.waiting):
        meant = Tone.FAILED if one.waiting else Tone.DONE
        cells = (
            Cell(one.reason, icon=ICONS[meant], tone=look.palette.tones[meant]),
            Cell(formats.count(one.waiting)),
            Cell(formats.count(one.replayed), dim=True),
            Cell(formats.short_day(one.first_at), title=formats.full_time(one.first_at), dim=True),
            Cell(_minute(one.last_at), title=formats.full_time(one.last_at), dim=True),
        )
        rows.append(Row(one.reason, cells, links[one.reason], selected=one.reason == chosen))
    return Table("Dead letters by reason", columns, tuple(rows))


def _minute(micros: int) -> str:
    return f"{formats.short_day(micros)} {formats.clock_time(micros)[:5]}"


def letters(found: tuple[DeadLetter, ...], links: Mapping[int, str], chosen: int | None) -> Table:
    """Dead letters of one reason."""
    columns = (
        Column("#", "56px", "mono", "right"),
        Column("From", "34%", "mono", link=True),
        Column("Size", "84px", "mono", "right"),
        Column("What is wrong", ""),
    )
    rows = tuple(
        Row(
            str(one.number),
            (
                Cell(str(one.number), dim=True),
                Cell(f"{one.topic}/{one.partition} @{one.offset}"),
                Cell(formats.size(one.size)),
                Cell(
                    one.detail or "hidden by the mask",
                    dim=one.detail is None,
                    mark="replayed" if one.replayed_as else "",
                ),
            ),
            links[one.number],
            selected=one.number == chosen,
        )
        for one in found
    )
    return Table("Dead letters", columns, rows)


def letter(one: DeadLetter) -> dict[str, Any]:
    """One dead letter: where it came from, why it waits, how it is replayed."""
    items = [
        fact("from", f"{one.topic}, partition {one.partition}, offset {one.offset}", mono=True),
        fact("timestamp", formats.full_time(one.timestamp)),
        fact("recorded", formats.full_time(one.recorded_at)),
        fact("key", _bytes(one.key), mono=True),
        *[fact(f"header {name}", _bytes(value), mono=True) for name, value in one.headers],
    ]
    if one.replayed_as is not None:
        items.append(fact("replayed as", f"position {formats.count(one.replayed_as)}"))
    commands = [] if one.replayed_as is not None else [f"chronoscope dead-letters replay {one.number}"]
    text = one.detail or "The bytes may hold values that you may not see: they are left out."
    title = f"Dead letter {one.number}: {one.reason}"
    return {"title": title, "level": "h3", "text": text, "items": items, "commands": commands, "look": "panel list"}


def _bytes(content: bytes | None) -> str:
    if content is None:
        return "null"
    text = payload.as_text(content)
    return f"0x{content.hex()}" if text is None else text or '""'


def losses(found: Health) -> Table:
    """Ranges of offsets that can no longer be read."""
    columns = (
        Column("Lost", "", "mono", link=True),
        Column("Messages", "100px", "mono", "right"),
        Column("Why", "44%"),
    )
    rows = tuple(
        Row(
            f"{one.topic}/{one.partition}/{one.first}",
            (
                Cell(f"{one.topic}/{one.partition} @{one.first:,}..{one.until:,}"),
                Cell(formats.count(one.until - one.first)),
                Cell(one.reason, title=formats.full_time(one.recorded_at)),
            ),
        )
        for one in found.losses
    )
    return Table("Losses", columns, rows)


def seals(found: Health, at: Standing) -> dict[str, Any]:
    """The chain over the log, and the command that checks it."""
    chain = found.seals
    open_ = at.head - chain.last
    items = [
        fact("blocks", formats.count(chain.blocks), note=f"to position {formats.count(chain.last)}"),
        fact("unsealed", formats.plural(open_, "event")),
        fact("hash", chain.hash or formats.MISSING, mono=True, copy=chain.hash),
    ]
    text = "Seals chain the log block by block, so that any later change shows. Check all of it with:"
    return {
        "title": "Seals",
        "level": "h2",
        "text": text,
        "items": items,
        "commands": ["chronoscope verify"],
        "look": "panel list",
    }
