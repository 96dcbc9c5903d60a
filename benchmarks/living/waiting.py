"""What waits in a running shop, and how its orders fared."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import NamedTuple

import httpx
from kafka import KafkaAdminClient
from kafka.admin import OffsetSpec

from benchmarks.reliability.oracle import select

QUEUES = ("orders under way", "outboxes", "payments", "consumers", "ingester", "projector", "log bytes")
OUTBOXES = ("users", "products", "payments", "shipping", "notifications", "coordinator")
UNTOLD = "SELECT (SELECT coalesce(max(position), 0) FROM events) - (SELECT coalesce(max(position), 0) FROM published)"
UNDER_WAY = "SELECT count(*) FROM payments WHERE status IN ('pending', 'voiding', 'refunding')"
UNREAD = "SELECT coalesce(sum(end_offset - next_offset), 0) FROM offsets"
UNFOLDED = """SELECT coalesce(max(position), 0) - (SELECT min(position) FROM builds WHERE state = 'live') FROM events"""
FATES = "SELECT stream, type, occurred_at FROM events WHERE category = 'order' ORDER BY position"
UNDONE = ("Order Cancelled", "Order Refunded")


class Orders(NamedTuple):
    """How many were created, delivered, undone and are neither; seconds from creation to delivery."""

    created: int
    delivered: int
    undone: int
    under_way: int
    seconds: list[float]


def orders(store: str) -> Orders:
    """All orders of the store."""
    fates: dict[str, dict[str, int]] = {}
    for stream, type_, at in select(store, FATES):
        fates.setdefault(stream, {}).setdefault(type_, at)
    delivered = [fate for fate in fates.values() if "Order Delivered" in fate]
    undone = sum(any(one in fate for one in UNDONE) for fate in fates.values())
    seconds = [(fate["Order Delivered"] - fate["Order Created"]) / 1e6 for fate in delivered]
    return Orders(len(fates), len(delivered), undone, len(fates) - len(delivered) - undone, seconds)


def waiting(store: str, databases: Mapping[str, str], servers: str, metrics: Iterator[int]) -> dict[str, int]:
    """How much waits in each queue."""
    untold = [_number(databases[name], "SELECT count(*) FROM outbox") for name in OUTBOXES if name in databases]
    found = (
        orders(store).under_way,
        sum(untold) + _number(databases["orders"], UNTOLD),
        _number(databases["payments"], UNDER_WAY),
        _unconsumed(servers),
        _number(store, UNREAD),
        _number(store, UNFOLDED),
        sum(map(_unshipped, metrics)),
    )
    return dict(zip(QUEUES, found, strict=True))


def _number(url: str, statement: str) -> int:
    return int(select(url, statement)[0][0])


def _unconsumed(servers: str) -> int:
    """Messages that the services' groups have still to handle."""
    with closing(KafkaAdminClient(bootstrap_servers=servers)) as admin:
        groups = [one["group_id"] for one in admin.list_groups() if one["protocol_type"] == "consumer"]
        read = admin.list_group_offsets(groups) if groups else {}
        places = {place for offsets in read.values() for place in offsets}
        ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST)) if places else {}
    return sum(ends[place].offset - read_to.offset for offsets in read.values() for place, read_to in offsets.items())


def _unshipped(port: int) -> int:
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text.splitlines()
    return int(sum(float(line.split()[-1]) for line in lines if line.startswith("shop_log_behind_bytes ")))
