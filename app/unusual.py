"""What is unusual about a key at a moment: checks in a fixed order, each a pure function of the facts that it uses.

Nothing is guessed: what a check says is what was found.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from app import formats
from app.answers import Step
from app.health_answers import Named
from app.model_answers import Behind
from app.theme import Tone, tone

FEWEST = 30
"""Of fewer times nobody can say what is usual."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How long a status lasts: half of the times at most `half`, 95 of 100 at most `most`; None: no end was seen."""

    half: int | None
    most: int | None


def usual(times: Iterable[tuple[int, int | None]], until: int) -> Usual | None:
    """From times of a status, of which those without an end go on at `until`; None: too few to say.

    A time that goes on counts as at least as long as it is by now (the estimator of Kaplan and Meier, 1958).
    """
    lengths = sorted((min(until if end is None else end, until) - since, end is None) for since, end in times)
    if len(lengths) < FEWEST:
        return None
    lasting, left, quantiles = 1.0, len(lengths), dict[float, int]()
    for length, same in groupby(lengths, itemgetter(0)):
        goes_on = [one for _, one in same]
        lasting *= 1 - goes_on.count(False) / left
        left -= len(goes_on)
        for share in (0.5, 0.05):
            if lasting <= share + 1e-9:
                quantiles.setdefault(share, length)
    return Usual(quantiles.get(0.5), quantiles.get(0.05))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the checks look at. `age` is for how long the key has had its `status`, `stopped` where its fold stopped.

    `related` are other keys with their statuses: (read model, key, status). `late` is the last event that came late.
    """

    key: str
    status: str = ""
    age: int | None = None
    usual: Usual | None = None
    stopped: Step | None = None
    letters: tuple[Named, ...] = ()
    behind: Behind | None = None
    related: tuple[tuple[str, str, str], ...] = ()
    late: Step | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and a link to it: its text, the page (empty: the one shown) and the address's parameters."""

    text: str
    link: str = ""
    page: str = ""
    to: Mapping[str, str] = field(default_factory=dict)


def _parked(facts: Facts) -> Iterable[Finding]:
    stopped = facts.stopped
    if stopped is not None:
        name = _named(stopped)
        text = f"Parked: the fold could not take {name} ({stopped.error}); the state is the one before it."
        yield Finding(f"{text} What came later waits.", f"Go to {name}", to={"e": str(stopped.event_position)})


def _letters(facts: Facts) -> Iterable[Finding]:
    for one in facts.letters[:1]:
        more = f", and {len(facts.letters) - 1:,} more" if len(facts.letters) > 1 else ""
        text = f"A message about it is a dead letter since {formats.plain_time(one.recorded_at)}: {one.reason}{more}."
        yield Finding(text, "Open message", "health", {"reason": one.reason, "n": str(one.number)})


def _behind(facts: Facts) -> Iterable[Finding]:
    behind = facts.behind
    if behind is not None:
        text = f"{behind.model} has not come to its last event: it stands at #{behind.checkpoint:,}."
        yield Finding(text, "Open projections", "projections", {"p": behind.model})


def _related(facts: Facts) -> Iterable[Finding]:
    for model, key, status in facts.related:
        if tone(status) is Tone.FAILED:
            yield Finding(
                f"{key} is {status}.", f"Open {key}", to={"k": key, "p": model, "e": "", "path": "", "when": ""}
            )


def _age(facts: Facts) -> Iterable[Finding]:
    most = None if facts.usual is None else facts.usual.most
    if most is not None and facts.age is not None and facts.age > most:
        yield Finding(
            f"It has been {facts.status} for {formats.duration(facts.age)}; 95 of 100 are for at most"
            f" {formats.duration(most)}."
        )


def _late(facts: Facts) -> Iterable[Finding]:
    late = facts.late
    if late is not None:
        by = formats.duration(late.event.recorded_at - late.event.occurred_at)
        text = f"{_named(late)} came late, {by} after it occurred: others had been recorded before it."
        yield Finding(text, f"Go to {_named(late)}", to={"e": str(late.event_position)})


def _named(step: Step) -> str:
    return f"{step.event.type} #{step.event.version}"


CHECKS: Mapping[str, Callable[[Facts], Iterable[Finding]]] = {
    "its fold": _parked,
    "dead letters that name it": _letters,
    "how far its read model is": _behind,
    "the status of related keys": _related,
    "how long its status lasts": _age,
    "late events": _late,
}
"""What is looked at, the most telling first."""


def unusual(facts: Facts) -> tuple[Finding, ...]:
    """What the checks found, in their order; nothing: nothing is unusual."""
    return tuple(found for check in CHECKS.values() for found in check(facts))
