"""The key numbers of a page, as cards. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app import formats, payload
from app.answers import Catalogue, Curve, Standing
from app.frames.tables import Look
from app.health_answers import Health
from app.links import Place
from app.model_answers import Compared, Course, Model, ModelCounts
from app.theme import ICONS, Tone


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the Overview asks: kinds of events, how many happened, how many in the last hour, over time, the intake."""

    catalogue: Catalogue
    happened: int
    last_hour: int
    curve: Curve | None
    health: Health


HOUR = 3_600_000_000


def overview(at: Standing, pulse: Pulse, place: Place, look: Look) -> list[dict[str, Any]]:
    """How much there is, how fast it grows, and whether anything is wrong."""
    catalogue = pulse.catalogue
    span = formats.duration((catalogue.last_at or 0) - (catalogue.first_at or 0))
    note = f"over {span}" if at.live else f"of {formats.count(at.head)} now"
    types = formats.plural(len(catalogue.types()), "event type")
    events = place.kept().href("events")
    health_page = place.kept().href("health")
    return [
        _card("Events", formats.count(pulse.happened), note=note, href=events, curve=_sums(pulse.curve)),
        _card("Categories", formats.count(len(catalogue.categories)), note=types),
        _card("Events per minute", formats.short(round(pulse.last_hour / 60, 1)), note="in the hour before"),
        waiting(pulse.health, look, health_page),
        lag(pulse.health, look, health_page),
    ]


def health(at: Standing, found: Health, look: Look) -> list[dict[str, Any]]:
    """The intake in five numbers."""
    rate = sum(one.rate for one in found.ingesters if at.now - one.updated_at < HOUR)
    lost = sum(loss.until - loss.first for loss in found.losses)
    return [
        _card("Ingest rate", formats.short(round(rate, 1)), unit="events/s", note=_ingesters(found)),
        lag(found, look),
        waiting(found, look),
        _card("Duplicates", formats.count(found.duplicates), note="recognised, stored once"),
        _card("Messages lost", formats.count(lost), note="gone before they were read", **_toned(lost > 0, look)),
    ]


def waiting(found: Health, look: Look, href: str = "") -> dict[str, Any]:
    """Dead letters that somebody should look at."""
    replayed = sum(reason.replayed for reason in found.reasons)
    note = (
        formats.plural(len([one for one in found.reasons if one.waiting]), "reason") if found.waiting else "none waits"
    )
    note += f", {formats.count(replayed)} replayed" if replayed else ""
    return _card("Dead letters", formats.count(found.waiting), note=note, href=href, **_toned(found.waiting > 0, look))


def lag(found: Health, look: Look, href: str = "") -> dict[str, Any]:
    """How many messages wait to be read."""
    if found.lag is None:
        return _card("Ingest lag", formats.MISSING, note="no broker has told where it ends", href=href)
    behind = len([one for one in found.partitions if one.lag])
    note = f"{formats.plural(behind, 'partition')} behind" if behind else "level"
    return _card(
        "Ingest lag",
        formats.count(found.lag),
        unit="messages",
        note=note,
        href=href,
        **_toned(found.lag > 10_000, look),
    )


def _card(label: str, value: str, **more: Any) -> dict[str, Any]:
    return {"label": label, "value": value, **more}


def _toned(wrong: bool, look: Look) -> dict[str, str]:  # noqa: FBT001 - the one fact that decides
    return {"tone": look.palette.tones[Tone.FAILED], "icon": ICONS[Tone.FAILED]} if wrong else {}


def _sums(curve: Curve | None) -> list[int]:
    if curve is None:
        return []
    sums: Counter[int] = Counter()
    for count in curve.counts:
        sums[count.bucket] += count.events
    return [sums[bucket] for bucket in range(curve.since, curve.before, curve.bucket)]


def _ingesters(found: Health) -> str:
    return formats.plural(len(found.ingesters), "ingester") if found.ingesters else "no ingester has run here"


MOST_SUMS = 3
MOST_VALUES = 3


def read_models(found: Sequence[tuple[Model, ModelCounts]], place: Place) -> list[dict[str, Any]]:
    """A card for each read model: how many keys hold something at the moment, and most of them what."""
    return [
        _card(
            one.name.replace("_", " "),
            formats.count(counts.keys),
            note=_most(counts) or formats.plural(counts.keys, "key"),
            href=place.kept(p=one.name).href("models"),
            title=_sum(one, counts),
        )
        for one, counts in found
    ]


def _sum(one: Model, counts: ModelCounts) -> str:
    """All its values and what its summed facets come to, for hovering."""
    values = [f"{tally.keys:,} {payload.visible(tally.value) or '(none)'}" for tally in counts.tallies if counts.by]
    return "\n".join([*values, *(f"sum of {name}: {counts.sum_of(name):,}" for name in one.summed)])


def _most(counts: ModelCounts) -> str:
    if counts.by is None:
        return ""
    held = [tally for tally in counts.tallies if tally.value]
    return ", ".join(f"{tally.keys:,} {payload.visible(tally.value)}" for tally in held[:MOST_VALUES])


def model(counts: ModelCounts, course: Course, place: Place, look: Look) -> list[dict[str, Any]]:
    """A read model at the moment: its keys, its first sums, how far it has come, what waits."""
    sums = [counts.sum_of(name) for name in course.model.summed[:MOST_SUMS]]
    return [
        _card("Keys", formats.count(counts.keys), note="hold something at this moment"),
        *(
            _card(f"Sum of {name.replace('_', ' ')}", formats.fitting(total), note=_over_all(total))
            for name, total in zip(course.model.summed, sums, strict=False)
        ),
        _reached(course, place, look),
    ]


def _over_all(total: int | Decimal) -> str:
    """The exact sum, where the card shows it shortened."""
    exact = f"{total:,}"
    return "over all keys" if formats.fitting(total) == exact else f"{exact} over all keys"


def _reached(course: Course, place: Place, look: Look) -> dict[str, Any]:
    """How far a read model has come; in the tone of a failure where keys are parked, or it was left behind."""
    build, href = course.model.build, place.kept(p=course.model.name).href("projections")
    position = 0 if build is None else build.position
    wrong = course.parked > 0 or course.unrouted > 0 or (build is not None and build.failure is not None)
    lag = f"{formats.plural(course.lag, 'event')}, {formats.duration(course.behind)} behind" if course.lag else "level"
    said = [lag] + [
        formats.plural(number, word, many)
        for number, word, many in (
            (course.parked, "key parked", "keys parked"),
            (course.unrouted, "unrouted", "unrouted"),
        )
        if number
    ]
    note = "left behind by an error" if build is not None and build.failure else ", ".join(said)
    return _card("Checkpoint", f"#{position:,}", note=note, href=href, **_toned(wrong, look))


def compared(found: Compared) -> list[dict[str, Any]]:
    """How many keys appeared, went, and changed between two moments."""
    return [
        _card("Appeared", formats.count(found.appeared), note="hold at the second moment only"),
        _card("Gone", formats.count(found.gone), note="held at the first moment only"),
        _card("Changed", formats.count(found.changed), note="hold at both, with another state"),
    ]
