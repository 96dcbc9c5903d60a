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
from app.model_answers import Read
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
    lengths = sorted(((until if end is None else end) - since, end is None) for since, end in times)
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
    """What the checks look at; None: it could not be looked at.

    `age` is for how long the key has had its `status`, `parked` whether its fold stopped, and `stopped` where, if that
    can be seen. `letters` are dead letters with its name or key; `last` is its last event and `read` how far its read
    model has come, both by position. `related` are other keys with their statuses: (read model, key, status). `late` is
    the last event that came late.
    """

    status: str = ""
    age: int | None = None
    usual: Usual | None = None
    parked: bool = False
    stopped: Step | None = None
    letters: tuple[Named, ...] | None = None
    last: int = 0
    read: Read | None = None
    related: tuple[tuple[str, str, str], ...] = ()
    late: Step | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and a link to it: its text, the page (empty: the one shown) and the address's parameters."""

    text: str
    link: str = ""
    page: str = ""
    to: Mapping[str, str] = field(default_factory=dict)


def _parked(facts: Facts) -> list[Finding]:
    stopped = facts.stopped
    if stopped is None:
        return [Finding("Parked: its fold stopped at an event that cannot be seen from here.")] if facts.parked else []
    name = _named(stopped)
    text = f"Parked: the fold could not take {name} ({stopped.error}); the state is the one before it."
    return [Finding(f"{text} What came later waits.", f"Go to {name}", to={"e": str(stopped.event_position)})]


def _letters(facts: Facts) -> list[Finding] | None:
    if not facts.letters:
        return None if facts.letters is None else []
    one, *others = facts.letters
    more = f", and {len(others):,} more" if others else ""
    text = f"A message with its name or key is a dead letter since {formats.plain_time(one.recorded_at)}"
    link = {"reason": one.reason, "n": str(one.number)}
    return [Finding(f"{text}: {one.reason}{more}.", "Open message", "health", link)]


def _behind(facts: Facts) -> list[Finding] | None:
    read = facts.read
    if read is None or read.checkpoint >= facts.last:
        return None if read is None else []
    text = f"{read.model} has not come to its last event: it stands at #{read.checkpoint:,}."
    return [Finding(text, "Open projections", "projections", {"p": read.model})]


def _related(facts: Facts) -> list[Finding]:
    failed = [one for one in facts.related if tone(one[2]) is Tone.FAILED]
    return [
        Finding(f"{key} is {status}.", f"Open {key}", "order", {"k": key, "p": model}) for model, key, status in failed
    ]


def _age(facts: Facts) -> list[Finding] | None:
    most = None if facts.usual is None else facts.usual.most
    if most is None or facts.age is None:
        return None
    lasted, usually = formats.duration(facts.age), formats.duration(most)
    text = f"It has been {facts.status} for {lasted}; 95 of 100 are for at most {usually}."
    return [Finding(text)] if facts.age > most else []


def _late(facts: Facts) -> list[Finding]:
    late = facts.late
    if late is None:
        return []
    by = formats.duration(late.event.recorded_at - late.event.occurred_at)
    text = f"{_named(late)} came late, {by} after it occurred: later ones of its stream had been recorded before it."
    return [Finding(text, f"Go to {_named(late)}", to={"e": str(late.event_position)})]


def _named(step: Step) -> str:
    return f"{step.event.type} #{step.event.version}"


CHECKS: Mapping[str, Callable[[Facts], list[Finding] | None]] = {
    "its fold": _parked,
    "dead letters with its name or key": _letters,
    "how far its read model is": _behind,
    "the status of related keys": _related,
    "how long its status usually lasts": _age,
    "late events": _late,
}
"""What is looked at, the most telling first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks found, in their order, and the names of those that looked and of those that could not."""

    found: tuple[Finding, ...]
    looked: tuple[str, ...]
    unseen: tuple[str, ...]


def judged(facts: Facts) -> Judged:
    """What all checks say of the facts."""
    said = {name: check(facts) for name, check in CHECKS.items()}
    found = tuple(one for told in said.values() for one in told or ())
    unseen = tuple(name for name, told in said.items() if told is None)
    return Judged(found, tuple(name for name in said if name not in unseen), unseen)
