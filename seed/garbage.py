"""Messages that nobody can read, as they come in real life."""

import json

from seed.course import HOUR, MINUTE
from seed.flow import Flow

KINDS: tuple[tuple[str, bytes], ...] = (
    ("orders", b'{"event": "Order Created", "data": {"order_id": "9001", "items": [{"sku": "TEA-101", "qua'),
    ("customers", '{"event": "User Registered", "data": {"city": "Zürich"}}'.encode("latin-1")),
    ("payments", b'{"event": "Payment Completed", "data": {"order_id": "9002", "amount": NaN}}'),
    ("logs", b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"),
    ("stock", b'{"event": "Stock Counted", "data": {"sku": "TEA-101", "on_hand": 3, "on_hand": 5}}'),
    ("shipments", b"\x00\x00\x00\x00\x2a\x0c1042\x06DHL\x02\xd8\xf6\xa1\xc1\x5e"),
    ("notifications", b""),
    ("carts", json.dumps({"event": "Cart Created", "time": "31.02. 25:61", "data": {}}).encode()),
)
"""Topic and bytes: cut off, not UTF-8, no number, no JSON, a name twice, Avro, empty, no time."""


def garbage(flow: Flow, number: int) -> None:
    """One of the kinds, each in its turn, at some time in the afternoon."""
    flow.now = flow.now - flow.offset % (24 * HOUR) + 13 * HOUR + flow.dice.between(0, 300 * MINUTE)
    topic, raw = KINDS[number % len(KINDS)]
    flow.tell(topic, "unreadable", f"broken-{number}", {}, cause=None, dead=True, raw=raw)
