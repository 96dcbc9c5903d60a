"""The intake: ingesters, partitions, dead letters, losses, seals. Asked anew, since these rows change in place."""

import streamlit as st

from app.answers import Standing, Viewer
from app.health_answers import DeadLetter, Health, Ingester, Loss, Named, Partition, Reason, Seals
from app.key_story import KeyStory
from app.queries import source
from eventstore.errors import NoDeadLetter
from eventstore.ingest import dead_letters as letters
from eventstore.ingest.health import IngesterState, PartitionState
from eventstore.ingest.health import health as ingest_health
from eventstore.seals import last_seal

LETTERS = 100

FRESH = 5
"""For so many seconds an answer about the letters of a key is given again: it is asked at each step."""


def health(viewer: Viewer) -> Health:
    """All that is known of the intake."""
    store = source.store()
    found, sealed = ingest_health(store), last_seal(store)
    return Health(
        partitions=tuple(map(_partition, found.partitions)),
        ingesters=tuple(_ingester(viewer, one) for one in found.ingesters),
        reasons=tuple(
            Reason(one.reason, one.waiting, one.replayed, one.first_at, one.last_at) for one in found.reasons
        ),
        losses=tuple(
            Loss(one.topic, one.partition, one.first, one.until, one.reason, one.recorded_at) for one in found.losses
        ),
        duplicates=found.duplicates,
        seals=Seals(sealed.number, sealed.last, sealed.hash.hex() if sealed.number else ""),
    )


def _partition(one: PartitionState) -> Partition:
    sent = None if one.timestamp is None else one.timestamp * 1_000
    return Partition(one.topic, one.partition, one.next_offset, one.end_offset, one.lag, sent, one.updated_at)


def _ingester(viewer: Viewer, one: IngesterState) -> Ingester:
    """An error may quote a message, so it goes the way of the bytes."""
    error = one.last_error
    return Ingester(
        name=one.name,
        state=one.state,
        servers=one.servers,
        topics=one.topics,
        updated_at=one.updated_at,
        fetched_at=one.fetched_at,
        rate=one.rate,
        last_error="hidden by the mask" if error is not None and _hides_bytes(viewer) else error,
        last_error_at=one.last_error_at,
    )


def dead_letters(viewer: Viewer, reason: str) -> tuple[DeadLetter, ...]:
    """The newest dead letters with this reason."""
    return tuple(_letter(viewer, one) for one in letters.page(source.store(), reason=reason, limit=LETTERS))


def dead_letter(viewer: Viewer, number: int) -> DeadLetter | None:
    """One dead letter with its bytes; None where there is none with this number."""
    try:
        return _letter(viewer, letters.letter(source.store(), number))
    except NoDeadLetter:
        return None


def naming(viewer: Viewer, at: Standing, told: KeyStory) -> tuple[Named, ...] | None:
    """The dead letters that waited at the moment with the key's name, or the topic and key of its last message.

    None where a mask hides what messages say: what leads to one would tell whom it is about.
    """
    if _hides_bytes(viewer):
        return None
    times = [time for time in (at.known_at, at.occurred) if time is not None]
    last = told.steps[-1].event
    own = last.position if last.stream == told.key else None
    return _naming(source.loaded().database_url, told.key, own, min(times, default=None))


@st.cache_data(show_spinner=False, max_entries=256, ttl=FRESH)
def _naming(url: str, key: str, own: int | None, until: int | None) -> tuple[Named, ...]:  # noqa: ARG001 - the cache's key
    origin = None if own is None else source.store().origin(own)
    sent = origin.key if origin is not None and origin.key else b""
    its_own = sent and f"-{key}".endswith(f"-{sent.decode(errors='replace')}")
    beside = (origin.topic, sent) if origin is not None and its_own else None
    found = letters.naming(source.store(), key, beside=beside, until=until)
    return tuple(Named(one.number, one.reason, one.recorded_at) for one in found)


def _hides_bytes(viewer: Viewer) -> bool:
    """With any mask all bytes are left out: what cannot be read cannot be masked either."""
    return bool(source.mask()) and not viewer.sees_clear


def _letter(viewer: Viewer, one: letters.DeadLetter) -> DeadLetter:
    hidden, record = _hides_bytes(viewer), one.record
    return DeadLetter(
        number=one.number,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=None if record.timestamp is None else record.timestamp * 1_000,
        reason=one.reason,
        detail=None if hidden else one.detail,
        recorded_at=one.recorded_at,
        replayed_as=one.replayed_as,
        size=len(record.value or b""),
        key=None if hidden else record.key,
        value=None if hidden else record.value,
        headers=() if hidden else record.headers,
    )
