"""Each envelope by example, and what holds for all of them by property."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.event import NewEvent, OccurredSource
from eventstore.core.identity import derived_id
from eventstore.envelopes import event_of
from eventstore.envelopes.topic import TopicSettings, default_topic
from eventstore.errors import Unreadable
from tests.ingest.records import AT, LOGS, ORDERS, record

UUID = "0190b1e2-7b0c-7cc3-98c4-dc0c0c07398f"
CLOUD = {"specversion": "1.0", "type": "Order Created", "source": "/shop", "id": UUID}
BINARY = tuple((f"ce_{name}", value.encode()) for name, value in CLOUD.items())
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def opened(value: Any = None, settings: TopicSettings = ORDERS, **rest: Any) -> NewEvent:
    return event_of(record(value, **rest), settings)


def refused(value: Any = None, settings: TopicSettings = ORDERS, **rest: Any) -> Unreadable:
    with pytest.raises(Unreadable) as raised:
        opened(value, settings, **rest)
    return raised.value


def test_event_and_data() -> None:
    event = opened(b'{"event": "Order Created", "data": {"order:id": 123}}')
    assert (event.stream, event.category, event.type) == ("order-123", "order", "Order Created")
    assert event.data == '{"order:id": 123}'
    assert event.metadata == "{}"
    assert event.id == derived_id("id-of-orders", 0, 0, AT)
    assert (event.occurred_at, event.occurred_source) == (AT * 1_000, OccurredSource.KAFKA)


def test_name_and_data_by_the_settings_of_the_topic() -> None:
    order = '{"order": {"order_id": "a-7", "user_id": "u", "items": ["x"], "total": 10.0, "status": "Created"}}'
    event = opened(f'{{"name": "OrderCreated", "data": {order}}}'.encode())
    assert (event.stream, event.type, event.data) == ("order-a-7", "OrderCreated", order)


def test_a_log_record_without_key_or_envelope() -> None:
    event = opened(b'{"test1": 1}', LOGS, topic="logs", partition=3)
    assert (event.stream, event.category, event.type) == ("log-partition-3", "log", "Log Record")
    assert event.data == '{"test1": 1}'


def test_a_topic_that_nobody_configured() -> None:
    event = opened({"test1": 1}, default_topic("page-views"), topic="page-views")
    assert (event.stream, event.category, event.type) == ("page_views-partition-0", "page_views", "Message")
    assert opened({"type": "Page Viewed"}, default_topic("views"), topic="views").type == "Page Viewed"


def test_everything_that_the_plain_envelope_may_hold() -> None:
    event = opened(
        b'{"event": "E", "data": [1.10], "id": "%b", "time": "2026-03-01T14:05:09.12Z", "correlation_id": "c",'
        b' "causation_id": 7, "subject": "order-5", "metadata": {"user": "u",  "n": 1.0}, "region": "eu"}'
        % UUID.encode(),
        key=b"9",
    )
    assert (event.id, event.stream, event.correlation_id, event.causation_id) == (UUID, "order-5", "c", "7")
    assert (event.occurred_at, event.occurred_source) == (1_772_373_909_120_000, OccurredSource.PRODUCER)
    assert (event.data, event.metadata) == ("[1.10]", '{"region":"eu","user":"u","n":1.0}')


@pytest.mark.parametrize("name", ["time", "occurred_at", "timestamp"])
def test_each_name_of_the_time(name: str) -> None:
    event = opened({"event": "E", "data": {}, name: "2026-03-01T14:05:09Z"})
    assert event.occurred_at == 1_772_373_909_000_000


@pytest.mark.parametrize(
    ("key", "stream"),
    [
        (b"1007", "order-1007"),
        (b"order-1007", "order-1007"),
        (b"orders-1", "order-orders-1"),
        ("käse".encode(), "order-käse"),
        (b"\xff\x00", "order-0xff00"),
        (b"a\x00b", "order-0x610062"),
        (b"", "order-123"),
        (None, "order-123"),
    ],
)
def test_the_stream_by_key_then_by_payload(key: bytes | None, stream: str) -> None:
    assert opened({"event": "E", "data": {"order:id": 123}}, key=key).stream == stream


def test_ids_of_other_kinds_are_unique_only_within_their_source() -> None:
    assert opened({"event": "E", "data": {}, "id": 17}).id == "orders#17"
    assert opened({**CLOUD, "id": "A-1"}).id == "/shop#A-1"
    assert opened({**CLOUD, "id": UUID.upper()}).id == UUID.upper()


def test_a_tombstone() -> None:
    event = opened(None, key=b"7")
    assert (event.type, event.stream, event.data) == ("Tombstone", "order-7", "null")


def test_a_structured_cloudevent() -> None:
    value = {**CLOUD, "subject": "1007", "time": "2026-03-01T14:05:09Z", "data": {"a": 1}, "correlationid": "flow"}
    for headers in ((), (("Content-Type", b"Application/CloudEvents+json; charset=UTF-8"),)):
        event = opened(value, headers=headers, key=b"other")
        assert (event.id, event.type, event.stream) == (UUID, "Order Created", "order-1007")
        assert (event.data, event.correlation_id) == ('{"a": 1}', "flow")
        assert event.occurred_at == 1_772_373_909_000_000
        assert json.loads(str(event.metadata)) == {"specversion": "1.0", "source": "/shop"}


def test_a_structured_cloudevent_with_json_in_base64() -> None:
    assert opened({**CLOUD, "data_base64": "eyJhIjoxLjEwfQ=="}).data == '{"a":1.10}'
    assert refused({**CLOUD, "data_base64": "e!"}).reason == "bad base64"
    assert refused({**CLOUD, "data_base64": "AA==", "datacontenttype": "image/png"}).reason == "data is not JSON"


def test_a_binary_cloudevent() -> None:
    headers = (*BINARY, ("ce_subject", b"order-8"), ("ce_causationid", b"c"), ("content-type", b"application/json"))
    event = opened(b'{ "a" : 1.0 }', headers=headers)
    assert (event.id, event.type, event.stream, event.causation_id) == (UUID, "Order Created", "order-8", "c")
    assert event.data == '{ "a" : 1.0 }'
    assert json.loads(str(event.metadata))["datacontenttype"] == "application/json"


@pytest.mark.parametrize("value", [None, b""])
def test_a_binary_cloudevent_without_data_is_no_tombstone(value: bytes | None) -> None:
    event = opened(value, headers=BINARY)
    assert (event.type, event.data) == ("Order Created", "null")


def test_cloudevents_that_cannot_be_read() -> None:
    structured = (("content-type", b"application/cloudevents+json"),)
    assert refused({"specversion": "1.0"}, headers=structured).reason == "not a CloudEvent"
    assert refused([CLOUD], headers=structured).reason == "not a CloudEvent"
    avro = refused(b"\x00\x01", headers=(*BINARY, ("content-type", b"application/avro")))
    assert (avro.reason, "application/avro" in avro.detail) == ("data is not JSON", True)
    assert refused({}, headers=(*BINARY, ("ce_subject", b"\xff"))).reason == "bad header"
    assert refused({}, headers=(*BINARY[:3], ("ce_id", None))).reason == "not a CloudEvent"


def test_the_trace_is_kept_and_serves_as_flow_only_where_none_is_given() -> None:
    headers = (("TraceParent", TRACE.encode()), ("tracestate", b"a=1"), ("baggage", b"\xff"), ("other", b"x"))
    event = opened({"event": "E", "data": {}}, headers=headers)
    assert json.loads(str(event.metadata)) == {"traceparent": TRACE, "tracestate": "a=1"}
    assert event.correlation_id == TRACE[3:35]
    assert opened({"event": "E", "data": {}, "correlation_id": "c"}, headers=headers).correlation_id == "c"
    zero = f"00-{'0' * 32}-b7ad6b7169203331-01".encode()
    assert opened({"event": "E", "data": {}}, headers=(("traceparent", zero),)).correlation_id is None
    assert opened({}, headers=(*BINARY, ("ce_traceparent", TRACE.encode()))).correlation_id == TRACE[3:35]


def test_data_may_lie_deeper_and_what_is_not_mapped_is_metadata() -> None:
    topic = TopicSettings(category="c", type=("head.type",), data="body.data", event_id=("head.id",), time=("head.at",))
    event = opened(
        b'{"head": {"type": "T", "id": "5", "at": 1700000000}, "body": {"data": {"x": 1.0}}, "k": 2.0}', topic
    )
    assert (event.type, event.id, event.data, event.metadata) == ("T", "orders#5", '{"x": 1.0}', '{"k":2.0}')
    assert event.occurred_at == 1_700_000_000_000_000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"event": " ", "data": {}}, "bad type"),
        ({"event": "E", "data": {}, "id": {"a": 1}}, "bad id"),
        ({"event": "E", "data": {}, "id": True}, "bad id"),
        ({"event": "E", "data": {}, "correlation_id": [1]}, "bad correlation_id"),
        ({"event": "E", "data": {}, "time": "soon"}, "not a time"),
        ({"event": "E" * 1_025, "data": {}}, "type too long"),
        ({"event": "E", "data": {}, "subject": "é" * 513}, "subject too long"),
        ({"event": "E", "data": {}, "subject": "s" * 1_020}, "stream too long"),
        (b'{"event": "E", "data": {"a": 1, "a": 2}}', "duplicate key"),
        (b"not json", "not JSON"),
        (b"", "not JSON"),
        (b"\x00\x00\x00\x00\x07data", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_what_cannot_become_an_event_says_why(value: Any, reason: str) -> None:
    assert refused(value).reason == reason


@pytest.mark.parametrize("timestamp", [None, -1, 10**18])
def test_a_record_without_a_usable_timestamp_has_no_time(timestamp: int | None) -> None:
    event = opened({"event": "E", "data": {}}, timestamp=timestamp)
    assert event.occurred_at is None


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
envelopes = st.fixed_dictionaries(
    {"event": st.sampled_from(["Order Created", "", 5])},
    optional=dict.fromkeys(("data", "id", "time", "metadata", "subject", "correlation_id", "more"), documents),
)
values = st.none() | st.binary(max_size=40) | documents | envelopes
headers = st.lists(st.tuples(st.sampled_from(["ce_id", "ce_type", "content-type", "x"]), st.none() | st.binary()))


@given(values, headers, st.none() | st.binary(max_size=10))
def test_any_bytes_become_an_event_or_are_unreadable_and_always_alike(
    value: Any, headers: list[tuple[str, bytes | None]], key: bytes | None
) -> None:
    def outcome() -> NewEvent | tuple[str, str]:
        try:
            return opened(value, headers=tuple(headers), key=key)
        except Unreadable as raised:
            return raised.reason, raised.detail

    assert outcome() == outcome()


@given(documents)
def test_the_data_is_the_sent_text(data: Any) -> None:
    for text in (json.dumps(data), json.dumps(data, indent=1), json.dumps(data, ensure_ascii=False)):
        if "\\u0000" in text:
            continue
        sent = f'{{ "event" : "E", "x": 0, "data" :  {text}}}'.encode()
        assert opened(sent).data == text
