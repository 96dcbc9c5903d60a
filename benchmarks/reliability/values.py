"""S16: hostile values come back byte for byte, or were refused with a reason."""

import json
from collections.abc import Iterator, Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from benchmarks.ground import Ground
from benchmarks.reliability.figure import Figure
from eventstore import EventStore
from eventstore.ingest import Advance, Intake, Record, TopicSettings
from tests.core.value_table import TABLE

TOPIC, TOPIC_ID = "values", "values-1"
BATCH = 500

_blank = st.text(" \t\n\r", max_size=2)
_number = st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
_string = st.builds(json.dumps, st.text(max_size=8), ensure_ascii=st.booleans())
_leaf = st.one_of(
    _number, _string, st.sampled_from(["true", "false", "null", "NaN", "1e400", '"\\u0000"', '"\\ud800"'])
)


def _array(parts: list[str], blank: str) -> str:
    return "[" + f"{blank},".join(parts) + f"{blank}]"


def _object(names: list[str], parts: list[str], blank: str) -> str:
    return "{" + f",{blank}".join(f"{name}:{blank}{part}" for name, part in zip(names, parts, strict=False)) + "}"


_json = st.recursive(
    _leaf,
    lambda parts: st.one_of(
        st.builds(_array, st.lists(parts, max_size=4), _blank),
        st.builds(_object, st.lists(_string, max_size=4), st.lists(parts, max_size=4), _blank),
    ),
    max_leaves=12,
).map(lambda text: text.encode("utf-8", "surrogatepass"))


def s16(ground: Ground) -> Iterator[Figure]:
    """The rows of docs/values.md, made-up documents of every odd form, and bytes that are no document."""
    sent = [row.document for row in TABLE] + _made_up(ground.times(4_000, 400), ground.seed)
    for place, url in ground.urls():
        with EventStore.open(url) as store:
            refused = _take(store, sent)
            changed = sum(1 for offset, value in enumerate(sent) if not _came_back(store, offset, value))
            without_reason = store.rows("SELECT count(*) FROM dead_letters WHERE reason = '' OR detail = ''")[0][0]
        yield Figure(
            name="S16",
            place=place,
            did=f"{len(sent):,} values: {len(sent) - refused:,} kept, {refused:,} refused, the bytes of all kept",
            harms={"changed or lost": changed, "refused without a reason": int(without_reason)},
            control="json.loads, then json.dumps",
            control_harms={"changed silently": sum(1 for value in sent if _changes(value))},
        )


def _made_up(count: int, chosen: int) -> list[bytes]:
    """Documents and bytes; the same for the same seed."""
    found: list[bytes] = []

    @seed(chosen)
    @settings(max_examples=count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.one_of(_json, _json, st.binary(min_size=1, max_size=60)))
    def collect(value: bytes) -> None:
        found.append(value)

    collect()
    return found


def _take(store: EventStore, sent: Sequence[bytes]) -> int:
    """Ingest the values as plain messages; how many were refused."""
    intake = Intake(store, {TOPIC: TopicSettings(category="value", default_type="Value")})
    dead = 0
    for first in range(0, len(sent), BATCH):
        part = range(first, min(first + BATCH, len(sent)))
        records = [
            Record(TOPIC, TOPIC_ID, 0, offset, 1_772_000_000_000 + offset, 0, None, sent[offset]) for offset in part
        ]
        step = Advance(TOPIC_ID, first or None, part.stop, len(sent))
        dead += intake.take(records, {(TOPIC, 0): step}).dead_letters
    return dead


def _came_back(store: EventStore, offset: int, sent: bytes) -> bool:
    """Whether the bytes are there as they were sent, and an event's text is that of its document."""
    found = store.rows('SELECT position FROM origins WHERE "offset" = ?', (offset,))
    if not found:
        dead = store.rows('SELECT value FROM dead_letters WHERE "offset" = ?', (offset,))
        return [bytes(value) for (value,) in dead] == [sent]
    event, origin = store.event(found[0][0]), store.origin(found[0][0])
    if event is None or origin is None or origin.value != sent:
        return False
    return event.data_text.encode() == sent


def _changes(value: bytes) -> bool:
    """Whether a careless round trip takes the document and gives another back."""
    try:
        found = json.loads(value)
        return _without_blanks(json.dumps(found, ensure_ascii=False)) != _without_blanks(value.decode())
    except (ValueError, RecursionError):
        return False


def _without_blanks(text: str) -> str:
    return "".join(text.split())
