"""What was sent comes back byte for byte, through both databases: the value table, and any bytes at all."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventstore.core.canonical import Json, decode, encode, members
from eventstore.core.event import NewEvent
from eventstore.core.origin import Origin
from eventstore.store import EventStore
from tests.core.value_table import KEPT, REFUSED, TABLE, exact, same
from tests.given import event

UNSUITABLE = [HealthCheck.function_scoped_fixture]


def origin(offset: int, value: bytes | None, key: bytes | None = None, headers: Any = ()) -> Origin:
    return Origin(
        kind="kafka", topic="t", topic_id="t1", partition=0, offset=offset, key=key, value=value, headers=headers
    )


def stored(store: EventStore, new: Sequence[NewEvent], origins: Sequence[Origin | None] = ()) -> list[int]:
    with store.write() as writer:
        return [one.position for one in writer.append(new, origins=origins)]


def test_every_kept_row_of_the_table_comes_back(store: EventStore) -> None:
    sent = [Json(row.document.decode()) for row in KEPT]
    positions = stored(store, [event(data=text) for text in sent])
    for row, position in zip(KEPT, positions, strict=True):
        found = store.event(position)
        assert found is not None
        assert found.data_text.encode() == row.document, row.name
        assert same(found.data, row.value), row.name


def test_a_message_is_kept_whole_beside_its_event(store: EventStore) -> None:
    """Whether `data` is the whole message, and then stored once, or a member of it."""
    whole = [row.document for row in KEPT]
    wrapped = [b'{"event": "X",  "data":' + row.document + b" }" for row in KEPT if row.document.count(b"[") < 99]
    new = [event(data=Json(document.decode())) for document in whole]
    new += [event(data=members(document)["data"]) for document in wrapped]
    positions = stored(store, new, [origin(n, document) for n, document in enumerate(whole + wrapped)])
    for position, document in zip(positions, whole + wrapped, strict=True):
        found = store.origin(position)
        assert found is not None
        assert found.value == document


def test_refused_documents_are_kept_as_bytes(store: EventStore) -> None:
    """A message that is no JSON can still stand as an origin: nothing about its bytes is looked at."""
    documents = [row.document for row in REFUSED]
    origins = [origin(n, document, key=document[:200]) for n, document in enumerate(documents)]
    positions = stored(store, [event() for _ in documents], origins)
    found = [store.origin(position) for position in positions]
    assert [(one.value, one.key) for one in found if one] == [(document, document[:200]) for document in documents]


@given(
    value=st.none() | st.binary(max_size=50),
    key=st.none() | st.binary(max_size=20),
    headers=st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=5)), max_size=3).map(tuple),
)
@settings(suppress_health_check=UNSUITABLE, max_examples=30)
def test_any_bytes_come_back(store: EventStore, value: bytes | None, key: bytes | None, headers: Any) -> None:
    sent = origin(store.head().position, value, key, headers)
    (position,) = stored(store, [event()], [sent])
    assert store.origin(position) == sent


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("aä\n\"'%?\\", max_size=4), inner, max_size=3),
    max_leaves=10,
)


@given(value=values, indent=st.sampled_from([None, 1]))
@settings(suppress_health_check=UNSUITABLE, max_examples=30)
def test_any_document_comes_back(store: EventStore, value: Any, indent: int | None) -> None:
    text = Json(json.dumps(value, indent=indent, ensure_ascii=False))
    (position,) = stored(store, [event(data=text, metadata={"value": value})])
    found = store.event(position)
    assert found is not None
    assert (found.data_text, found.metadata_text) == (text, encode({"value": value}))
    assert same(found.data, value)


def test_control_json_loads_and_dumps_change_what_was_sent() -> None:
    """The naive road, over the kept rows: it changes or loses some of them, and takes some that are refused."""
    changed = [row.name for row in KEPT if json.dumps(json.loads(row.document)).encode() != row.document]
    wrong = [row.name for row in KEPT if exact(json.loads(row.document)) != exact(decode(row.document))]
    taken = [row.name for row in REFUSED if takes(row.document)]
    assert len(changed) > len(KEPT) / 3
    assert {"decimal with a trailing zero", "decimal of 20 places", "exponent of 400"} <= set(wrong)
    assert {"NaN", "duplicate key", "lone high surrogate", "byte order mark"} <= set(taken)
    assert len(KEPT) + len(REFUSED) == len(TABLE)


def takes(document: bytes) -> bool:
    """Whether the standard library reads it as it comes."""
    try:
        json.loads(document)
    except (ValueError, RecursionError):
        return False
    return True
