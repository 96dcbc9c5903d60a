"""What `queries` answers about services: plain frozen values, masked already. Times are microseconds UTC."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.answers import Event
from app.theme import Tone

RECENT = 120_000_000
"""What was told in so long before the moment is news, in microseconds: callers sum up their calls once a minute."""

TROUBLE = {
    "Service Unhealthy": Tone.FAILED,
    "Service Healthy": Tone.DONE,
    "Instance Registered": Tone.DONE,
    "Instance Left": Tone.UNDONE,
    "Instance Expired": Tone.FAILED,
    "Breaker Opened": Tone.FAILED,
    "Breaker Half Opened": Tone.WAITING,
    "Breaker Closed": Tone.DONE,
    "Bulkhead Full": Tone.WAITING,
    "Log Lost": Tone.FAILED,
}
"""The events that tell how an outage came, spread and ended, and what each means."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a service at the moment; `since` is when anything was last told of it."""

    key: str
    service: str
    status: str
    address: str
    reason: str
    since: int

    @property
    def name(self) -> str:
        """What tells it from the others of its service."""
        return self.key.removeprefix(f"{self.service}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One caller's calls to one callee at the moment, counted from the beginning, but for the last three.

    `per_minute` and `p95_ms` are of the last summary; 0 and None where none is recent. `failed` is of the recent past.
    """

    key: str
    caller: str
    callee: str
    breaker: str
    failures: int
    refused: int
    opened: int
    bulkhead_full: int
    since: int
    per_minute: int
    p95_ms: int | None
    failed: int


@dataclass(frozen=True, slots=True)
class Services:
    """The services at a moment, and what is known of them at the head, where a map is laid out.

    `known` are all services, with how many instances each has had, `pairs` all callers with their callees. `complete`:
    no bound was reached.
    """

    instances: tuple[Instance, ...]
    calls: tuple[Call, ...]
    known: Mapping[str, int]
    pairs: tuple[tuple[str, str], ...]
    complete: bool

    @property
    def present(self) -> frozenset[str]:
        """Those that anything was told of up to the moment."""
        return frozenset(self._present())

    def _present(self) -> Iterator[str]:
        yield from (one.service for one in self.instances)
        for call in self.calls:
            yield from (call.caller, call.callee)


@dataclass(frozen=True, slots=True)
class Spread:
    """Trouble and its end, in order of time: up to the moment, and the next behind it."""

    before: tuple[Event, ...]
    after: tuple[Event, ...]
