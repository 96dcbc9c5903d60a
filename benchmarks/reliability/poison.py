"""I6: in each envelope and codec one message cannot be read, and a batch is damaged on the broker's disk."""

import json
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition
from kafka.serializer import Deserializer

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.children import PATIENCE, Child, acknowledge
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.topics import ingest, send
from eventstore.store import EventStore
from tests.parts.kafka import Kafka

Message = tuple[bytes, list[tuple[str, bytes]]]

CODECS = (None, "gzip", "snappy", "lz4", "zstd")
HANGS_FOR = 5.0
"""Seconds without a word after which the control counts as hung: its neighbours come within milliseconds."""


def i6(ground: Ground) -> Iterator[Figure]:
    """Every envelope with a good, a bad and a good message, once per codec; then a damaged batch."""
    broker = ground.need_broker()
    for place, url in ground.urls():
        EventStore.open(url).close()
        counts = {"neighbours lost": 0, "dead letters too many or few": 0}
        for codec in CODECS:
            for what, number in _poisoned_topic(broker, url, codec).items():
                counts[what] += number
        damaged = _damaged_topic(broker, url)
        yield Figure(
            name="I6",
            place=f"Kafka, {place}",
            did=f"{len(envelopes())} kinds of poison in {len(CODECS)} codecs, one damaged batch",
            harms={**counts, **damaged},
            control="a deserializer that raises",
            control_harms={"messages never reached": _control(broker)},
        )


def envelopes() -> dict[str, tuple[Message, Message]]:
    """For each envelope a message that can be read, and one that cannot."""
    structured = [("content-type", b"application/cloudevents+json")]
    binary = [(f"ce_{name}", value) for name, value in _ATTRIBUTES.items()]
    event = {"specversion": "1.0", "id": "1", "source": "proof", "type": "Order Changed", "data": {"order": 1}}
    return {
        "CloudEvents, structured": ((_json(event), structured), (_json({**event, "id": ""}), structured)),
        "CloudEvents, binary": ((b'{"order": 1}', binary), (b'{"order": ', binary)),
        "event and data": (
            (_json({"event": "Order Changed", "data": {"order": 1}}), []),
            (b'{"event": "X", "data": {', []),
        ),
        "plain": ((b'{"order": 1}', []), (b'{"order": NaN}', [])),
        "not UTF-8": ((b'{"order": 2}', []), (b'{"order": "\xff"}', [])),
        "framed for a registry": ((b'{"order": 3}', []), (b"\x00\x00\x00\x00\x07binary", [])),
    }


_ATTRIBUTES = {"specversion": b"1.0", "id": b"1", "source": b"proof", "type": b"Order Changed"}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _messages(codec: str | None) -> Iterator[Message]:
    """Good, bad, good of each envelope; every message of all codecs with an id of its own where it has one."""
    first = CODECS.index(codec) * 1_000
    for number, (good, bad) in enumerate(envelopes().values()):
        for place, (value, headers) in enumerate((good, bad, good)):
            id_ = str(UUID(int=first + number * 10 + place + 1, version=4))
            named = [(name, id_.encode() if name == "ce_id" else text) for name, text in headers]
            yield value.replace(b'"id": "1"', b'"id": "' + id_.encode() + b'"'), named


def _poisoned_topic(broker: Kafka, url: str, codec: str | None) -> dict[str, int]:
    topic, sent = broker.topic(f"poison-{codec or 'plain'}"), list(_messages(codec))
    send(broker, topic, sent, codec)
    Child(ingest, url, broker.servers, topic).hear_all()
    stored, dead = _places(url, topic, "origins"), _places(url, topic, "dead_letters")
    bad = set(range(1, len(sent), 3))
    return {
        "neighbours lost": len(set(range(len(sent))) - bad - set(stored)),
        "dead letters too many or few": len(bad.symmetric_difference(dead))
        + oracle.doubled([str(place) for place in dead]),
    }


def _places(url: str, topic: str, table: str) -> list[int]:
    """The offsets of a topic's messages in a table."""
    rows = oracle.select(
        url,
        f"SELECT t.\"offset\" FROM {table} t JOIN sources s ON s.source = t.source WHERE s.topic = '{topic}'",
    )
    return [int(offset) for (offset,) in rows]


def _damaged_topic(broker: Kafka, url: str) -> dict[str, int]:
    """Batches of one message each, one byte of the fifth overwritten in the running broker's log."""
    topic = broker.topic("damaged")
    send(broker, topic, [(_json({"order": number, "mark": f"mark-{number}"}), []) for number in range(9)], None)
    log = broker.broker.data / f"{topic}-0" / "00000000000000000000.log"
    content = log.read_bytes()
    with log.open("r+b") as file:
        file.seek(content.index(b"mark-4"))
        file.write(b"M")
    Child(ingest, url, broker.servers, topic).hear_all()
    losses = oracle.select(url, f"SELECT first, until FROM losses WHERE topic = '{topic}'")
    neighbours = {0, 1, 2, 3, 5, 6, 7, 8} - set(_places(url, topic, "origins"))
    return {"neighbours of the damage lost": len(neighbours), "damage not named": int(losses != [(4, 5)])}


def _control(broker: Kafka) -> int:
    """How many of nine messages never come, when the third one makes the deserializer raise."""
    topic = broker.topic("naive")
    values: Sequence[bytes] = [b'{"order": 1}', b'{"order": 2}', b'{"order":', *[b'{"order": 4}'] * 6]
    send(broker, topic, [(value, []) for value in values], None)
    child = Child(_naive, broker.servers, topic)
    while child.reader.poll(HANGS_FOR if child.acknowledged else PATIENCE) and child.hear():
        pass
    child.kill()
    return len(values) - 1 - sum(1 for said in child.hear_all() if said == "message")


def _naive(pipe: Connection, servers: str, topic: str) -> None:
    """Decode inside the consumer, and go on after an error: `poll` never returns again."""
    consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", value_deserializer=_Loads())
    consumer.assign([TopicPartition(topic, 0)])
    for _ in range(30):
        try:
            found = consumer.poll(300)
        except Exception:  # noqa: BLE001 - the mistake that this control makes
            acknowledge(pipe, "raised")
            continue
        for record in (one for records in found.values() for one in records):
            acknowledge(pipe, "message" if record.value else "empty")
    consumer.close()


class _Loads(Deserializer):  # type: ignore[misc] # kafka-python is not typed
    """json.loads as kafka-python wants a deserializer."""

    def deserialize(self, _topic: str, _headers: object, data: bytes) -> object:
        """The value; raises ValueError for one that is no JSON."""
        return json.loads(data)
