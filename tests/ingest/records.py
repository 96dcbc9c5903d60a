"""Records for the tests of ingest, in one line each."""

import json
from typing import Any

from eventstore.envelopes.message import Record
from eventstore.envelopes.topic import TopicSettings

ORDERS = TopicSettings(
    category="order",
    type=("name",),
    id=("order:id", "order_id", "order.order_id", "id"),
    data="data",
    default_type="Order Changed",
)
LOGS = TopicSettings(category="log", default_type="Log Record")
TOPICS = {"orders": ORDERS, "logs": LOGS}
AT = 1_760_000_000_000
"""The Kafka timestamp of the first record: 2025-10-09T08:53:20Z."""


def record(value: Any = None, *, offset: int = 0, topic: str = "orders", **rest: Any) -> Record:
    """A record; a value that is not bytes or None goes as JSON."""
    sent = value if value is None or isinstance(value, bytes) else json.dumps(value).encode()
    given = {"topic_id": f"id-of-{topic}", "partition": 0, "timestamp": AT + offset, "timestamp_type": 0, "key": None}
    return Record(topic=topic, offset=offset, value=sent, **{**given, **rest})
