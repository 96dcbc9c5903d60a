"""What came over the wire comes back byte for byte."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventstore.core.canonical import Json
from eventstore.core.origin import Origin, origin_hash, packed, unpacked
from eventstore.store import EventStore
from tests.given import event
from tests.store.fresh import fresh_store

headers = st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=5)), max_size=4).map(tuple)
values = st.none() | st.binary(max_size=20) | st.just(b'{"a":1}') | st.just(b"null")
topics = st.sampled_from(["orders", "logs"])
origins = st.builds(
    Origin,
    kind=st.sampled_from(["kafka", "seed"]),
    topic=topics,
    topic_id=st.sampled_from(["", "id-1"]),
    partition=st.integers(0, 3),
    offset=st.integers(0, 2**62),
    timestamp=st.none() | st.integers(0, 2**45),
    timestamp_type=st.integers(0, 1),
    key=st.none() | st.binary(max_size=10),
    value=values,
    headers=headers,
)


def place(origin: Origin) -> tuple[object, ...]:
    return origin.kind, origin.topic, origin.topic_id, origin.partition, origin.offset


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.none() | origins, min_size=1, max_size=8, unique_by=lambda o: o and place(o)), st.data())
def test_origins_come_back_as_sent(database_url: str, sent: list[Origin | None], data: st.DataObject) -> None:
    texts = [Json(data.draw(st.sampled_from(['{"a":1}', "null", "{}"]))) for _ in sent]
    with fresh_store(database_url) as store:
        with store.write() as writer:
            writer.append([event(data=text) for text in texts], origins=sent)
        assert [store.origin(position) for position in range(1, len(sent) + 1)] == sent
        topics = {position: one.topic for position, one in enumerate(sent, 1) if one is not None}
        assert store.topics(range(1, len(sent) + 2)) == topics
        for _, origin, digest in store.origins(after=0, until=len(sent)):
            assert digest == origin_hash(origin, packed(origin.headers))


@given(headers)
def test_headers_are_unpacked_as_packed(given_: tuple[tuple[str, bytes | None], ...]) -> None:
    assert unpacked(packed(given_)) == given_


@given(origins, origins)
def test_two_origins_share_a_hash_only_if_they_are_equal(one: Origin, other: Origin) -> None:
    hashes = [origin_hash(origin, packed(origin.headers)) for origin in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other)


def test_a_value_equal_to_the_data_is_kept_once(store: EventStore) -> None:
    text = '{"a": 1.10}'
    origin = Origin(kind="kafka", topic="t", topic_id="", partition=0, offset=0, value=text.encode())
    with store.write() as writer:
        writer.append([event(data=Json(text))], origins=[origin])
    assert store.rows("SELECT value, value_is_data FROM origins") == [(None, 1)]
    assert store.origin(1) == origin
    assert store.origin(2) is None
