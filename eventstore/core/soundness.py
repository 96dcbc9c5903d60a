"""Soundness: the usual mistakes of read models, found by running them over events and by reading their code."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from eventstore.core.attempt import Raised, attempt
from eventstore.core.canonical import decode, encode
from eventstore.core.event import RecordedEvent
from eventstore.core.facet import Facet, Value
from eventstore.core.projection import Projection, State
from eventstore.core.replay import fold_order

LARGEST_STATE = 65_536
LONGEST_KEY = 1_024
MOST_VALUES = 50

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class Mistake(StrEnum):
    """What can be wrong with a read model; each ends with what to do."""

    CHANGES_STATE = "a fold changes the state it was given: return a new object, as {**state, ...} does"
    CHANGES_EVENT = "code changes the event's payload: take a copy of what is to be changed"
    UNSTEADY = "two runs over the same differ: use the event alone, no clock, no chance, no order of a set"
    OUTSIDE = "the code reaches outside: take times from event.occurred_at, and all else from the event"
    FLOAT = "a float in the result: money in floats does not add up, use Decimal"
    NO_OBJECT = "a state is no object: return a dict, or None to remove the key"
    UNSTORABLE = "a result is no JSON: use texts, whole numbers, Decimal, True, False, None, lists and dicts"
    TOO_LARGE = "a state is above 64 KiB: keep sums and the last few, not everything"
    RAISES = "a fold raises, which parks its key: take every event on any state, the ones before it may come late"
    KEYS_RAISE = "keys raises, so that the event belongs nowhere: yield nothing where there is no key"
    BAD_KEY = "a key is no text of 1 to 1,024 bytes without NUL: make it one, or yield nothing"
    MISFIT = "no value of a facet fits its kind, so the column stays empty: correct its kind, path or scale"
    CROWDED = "a counted facet has more than 50 values, and would not be counted: leave `counted` away"
    UPCASTER_RAISES = "an upcaster raises, which parks the event's keys: return what it cannot read as it is"


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake of a projection, where it was seen first, and in how many places it was.

    `place` is an event's type, a facet, or a line of code; `position` that of the event, None where there is none.
    """

    projection: str
    mistake: Mistake
    place: str
    detail: str
    position: int | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one projection: how many events it took, for how many keys, and what is wrong with it."""

    projection: str
    events: int
    keys: int
    findings: tuple[Finding, ...]


def check(projection: Projection, events: Sequence[RecordedEvent]) -> Checked:
    """Run the projection over the events, from no state on, and read its code.

    Events before the first of a key may be missing: those that come late are missing for a time as well.
    """
    findings = _Findings(projection.name)
    for source in projection.sources:
        _read(source, findings)
    routed: dict[str, list[RecordedEvent]] = defaultdict(list)
    taken = [event for event in events if projection.handles(event)]
    for event in taken:
        _upcast(projection, event, findings)
        for key in _keys(projection, event, findings):
            routed[key].append(event)
    states = [state for of_key in routed.values() for state in _folded(projection, of_key, findings)]
    for facet in projection.facets:
        _facet(facet, states, findings)
    return Checked(projection.name, len(taken), len(routed), findings.all())


class _Findings:
    """What was found, each mistake once a place."""

    def __init__(self, projection: str) -> None:
        self._projection = projection
        self._first: dict[tuple[Mistake, str], Finding] = {}
        self._times: Counter[tuple[Mistake, str]] = Counter()

    def add(self, mistake: Mistake, place: str, detail: object, position: int | None = None) -> None:
        self._times[mistake, place] += 1
        found = Finding(self._projection, mistake, place, str(detail)[:300], position)
        self._first.setdefault((mistake, place), found)

    def at(self, mistake: Mistake, event: RecordedEvent, detail: object) -> None:
        self.add(mistake, event.type, detail, event.position)

    def all(self) -> tuple[Finding, ...]:
        return tuple(replace(one, times=self._times[place]) for place, one in self._first.items())


def _twice(code: Callable[[RecordedEvent], Any], event: RecordedEvent, findings: _Findings) -> Any:
    """What the code makes of the event. It runs twice, each time on an event of its own; the first answer counts."""
    one, other = replace(event), replace(event)
    before = repr(one.data)
    first, second = attempt(code, one), attempt(code, other)
    if repr(one.data) != before:
        findings.at(Mistake.CHANGES_EVENT, event, "its payload is another one afterwards")
    if _ADDRESS.sub("", repr(first)) != _ADDRESS.sub("", repr(second)):
        findings.at(Mistake.UNSTEADY, event, f"{_short(first)}, then {_short(second)}")
    return first


def _upcast(projection: Projection, event: RecordedEvent, findings: _Findings) -> None:
    if not projection.upcasters.of(event.type):
        return
    text = _twice(lambda given: projection.upcast(given).data_text, event, findings)
    if isinstance(text, Raised):
        findings.at(Mistake.UPCASTER_RAISES, event, text)


def _keys(projection: Projection, event: RecordedEvent, findings: _Findings) -> Iterator[str]:
    named = _twice(lambda given: tuple(dict.fromkeys(projection.keys(given))), event, findings)
    if isinstance(named, Raised):
        findings.at(Mistake.KEYS_RAISE, event, named)
        return
    for key in named:
        if isinstance(key, str) and key and "\0" not in key and len(key.encode(errors="replace")) <= LONGEST_KEY:
            yield key
        else:
            findings.at(Mistake.BAD_KEY, event, _short(key))


def _folded(projection: Projection, events: Iterable[RecordedEvent], findings: _Findings) -> Iterator[State]:
    """The states of one key, as far as its folds go. Each is folded on as the store gives it back."""
    state: Any = {}
    for event in fold_order(events):
        given, after = _twice(_fold(projection, state), event, findings)
        if repr(given) != repr(state):
            findings.at(Mistake.CHANGES_STATE, event, f"{_short(state)} became {_short(given)}")
        if isinstance(after, Raised):
            findings.at(Mistake.RAISES, event, after)
            return
        text = _stored(after, event, findings)
        if text is None:
            return
        state = decode(text)
        if state is None:
            state = {}
        else:
            yield state


def _fold(projection: Projection, state: Any) -> Callable[[RecordedEvent], tuple[Any, Any]]:
    """One fold onto a copy of the state: that copy afterwards, and the answer."""

    def folded(event: RecordedEvent) -> tuple[Any, Any]:
        given = deepcopy(state)
        return given, attempt(projection.apply, given, event)

    return folded


def _stored(state: Any, event: RecordedEvent, findings: _Findings) -> str | None:
    """The state's JSON text; None where it cannot be kept."""
    text = attempt(encode, state)
    for path in _floats(state, "state"):
        findings.at(Mistake.FLOAT, event, path)
    if state is not None and not isinstance(state, Mapping):
        findings.at(Mistake.NO_OBJECT, event, _short(state))
    elif isinstance(text, Raised):
        findings.at(Mistake.UNSTORABLE, event, text)
    elif len(text) > LARGEST_STATE:
        findings.at(Mistake.TOO_LARGE, event, f"{len(text):,} characters")
    else:
        return text
    return None


def _floats(value: Any, path: str) -> Iterator[str]:
    """The paths of the floats in a value. Payloads hold none: numbers with a point are read as decimals."""
    if isinstance(value, float):
        yield f"{path} = {value!r}"
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    for name, one in inner:
        yield from _floats(one, f"{path}[{name!r}]")


def _facet(facet: Facet, states: Sequence[State], findings: _Findings) -> None:
    members = [member for state in states if (member := facet.member(state)) is not None]
    values: set[Value] = {value for state in states if (value := facet.of(state)) is not None}
    if members and not values:
        findings.add(Mistake.MISFIT, f"facet {facet.name}", f"{_short(members[0])} is no {facet.kind}")
    if facet.counted and len(values) > MOST_VALUES:
        findings.add(Mistake.CROWDED, f"facet {facet.name}", f"{len(values):,} values")


OUTSIDE = frozenset(
    (
        "aiohttp",
        "asyncio",
        "ftplib",
        "glob",
        "http",
        "httpx",
        "kafka",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "psycopg",
        "random",
        "requests",
        "secrets",
        "shutil",
        "smtplib",
        "socket",
        "sqlalchemy",
        "sqlite3",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "urllib3",
        "uuid",
    )
)
"""Modules by which a fold would reach a clock, chance, files or the network."""

CALLS = frozenset(("open", "print", "input", "hash", "exec", "eval"))
"""Functions that do, or whose answer is another in each process."""

CLOCKS = frozenset(("now", "utcnow", "today"))


def _read(source: str, findings: _Findings) -> None:
    """Find in the code what reaches outside."""
    for node in ast.walk(ast.parse(source)):
        for named in _outside(node):
            findings.add(Mistake.OUTSIDE, f"line {getattr(node, 'lineno', 0)}", named)


def _outside(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        modules = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from (f"import {module}" for module in modules if _reaches(module))
    elif isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        clock = isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
        yield from [f"{name}()"] if clock or name in CALLS else []


def _reaches(module: str) -> bool:
    return module.partition(".")[0] in OUTSIDE or module == "eventstore.clock"


def _short(value: object) -> str:
    text = str(value) if isinstance(value, Raised) else repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
