"""Seeding a store, end to end: through the real intake, with the story's clock; and going on with it."""

from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from eventstore import EventStore, NewEvent
from eventstore.envelopes import event_of
from eventstore.errors import Unreadable
from seed.__main__ import seed_command
from seed.course import DAY, HOUR, MINUTE, Course
from seed.errors import OtherData
from seed.garbage import KINDS
from seed.publish import Pace, publish
from seed.standing import Asked, resume, standing_in, stories_in
from seed.to_store import ArrivalClock, StoreSink
from seed.wire import Fate, Message
from seed.world import told
from tests.seed.conftest import UNTIL, Shop, record, topics

COURSE = Course.ending(UNTIL, orders=40, days=8)
HERE = ("This store", "--database")


def fill(
    url: str, until: int, course: Course = COURSE, *, prefix: str = "", stop_after: int | None = None
) -> StoreSink:
    clock, stop, batches = ArrivalClock(), Event(), 0

    def count(_: int) -> None:
        nonlocal batches
        batches += 1
        if batches == stop_after:
            stop.set()

    with EventStore.open(url, now=clock) as store:
        sink = StoreSink(store, clock, course, topics=topics(), prefix=prefix)
        publish(course, sink, Pace(until), stop=stop, now=lambda: until, on_batch=count)
        return sink


def contents(url: str) -> list[tuple[object, ...]]:
    """Every origin, by place, with what was read from it."""
    with EventStore.open(url, read_only=True) as store:
        return store.rows(
            'SELECT s.topic, o.partition, o."offset", e.id, e.stream, e.content_hash, o.hash FROM origins o'
            " JOIN sources s ON s.source = o.source JOIN events e ON e.position = o.position ORDER BY 1, 2, 3"
        )


def test_a_store_gets_every_message_and_knows_where_it_came_from(database_url: str) -> None:
    sink = fill(database_url, UNTIL)
    messages = list(told(COURSE, UNTIL))
    fates = [message.fate for message in messages]
    assert sink.events == fates.count(Fate.EVENT)
    assert sink.duplicates == fates.count(Fate.DUPLICATE)
    assert sink.dead_letters == fates.count(Fate.DEAD_LETTER) > 0
    with EventStore.open(database_url, read_only=True) as store:
        assert store.head().position == sink.events
        origin = store.origin(1)
        assert origin is not None
        assert (origin.kind, origin.topic, origin.topic_id) == ("seed", messages[0].topic, COURSE.name)
        assert sum(count for (count,) in store.rows("SELECT events FROM event_counts")) == sink.events
        assert store.rows("SELECT MAX(last) FROM seals")[0][0] == sink.events // 1024 * 1024


def test_recorded_at_follows_the_arrival(database_url: str) -> None:
    fill(database_url, UNTIL)
    arrived = {(m.topic, m.key, m.value): m.arrived_at for m in told(COURSE, UNTIL) if m.fate is Fate.EVENT}
    with EventStore.open(database_url, read_only=True) as store:
        for event in store.read_all(limit=500):
            origin = store.origin(event.position)
            assert origin is not None
            ago = event.recorded_at - arrived[origin.topic, origin.key, origin.value]
            assert 0 <= ago <= 90 * MINUTE
            assert event.occurred_at <= event.recorded_at


def test_going_on_gives_the_store_of_one_run(tmp_path: Path) -> None:
    once, often = (f"sqlite:///{tmp_path / name}.db" for name in ("once", "often"))
    fill(once, UNTIL)
    for until in (UNTIL - 3 * DAY, UNTIL - 2 * DAY - 7 * HOUR, UNTIL - MINUTE, UNTIL):
        fill(often, until)
    assert contents(often) == contents(once)


def test_stopped_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    once, stopped = (f"sqlite:///{tmp_path / name}.db" for name in ("once", "stopped"))
    whole = fill(once, UNTIL)
    part = fill(stopped, UNTIL, stop_after=9)
    assert 0 < part.events < whole.events
    fill(stopped, UNTIL)
    assert contents(stopped) == contents(once)


def test_the_course_that_is_there_is_found_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store'}.db"
    fill(url, UNTIL)
    with EventStore.open(url, read_only=True) as store:
        found = resume(standing_in(store), Asked(), UNTIL + 30 * DAY, mix=False, place=HERE)
        assert found == (COURSE, "")
        with pytest.raises(OtherData, match=r"holds the shop of random seed 7 with 40 orders\. Nothing was written"):
            resume(standing_in(store), Asked(random_seed=8), UNTIL, mix=False, place=HERE)
        assert stories_in(store)[0].at <= UNTIL


def test_other_data_is_refused_unless_told_to_mix(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store'}.db"
    with EventStore.open(url) as store:
        store.append([NewEvent(stream="order-1", category="order", type="Order Created")])
        with pytest.raises(OtherData, match=r"This store holds other data.*--mix"):
            resume(standing_in(store), Asked(), UNTIL, mix=False, place=HERE)
        course, prefix = resume(standing_in(store), Asked(orders=40, days=8), UNTIL, mix=True, place=HERE)
    assert fill(url, course.start + DAY, course, prefix=prefix).events > 100
    with EventStore.open(url, read_only=True) as store:
        assert resume(standing_in(store), Asked(), UNTIL, mix=False, place=HERE) == (course, prefix)
        assert store.rows("SELECT COUNT(*) FROM sources WHERE topic = 'shop-7-40.orders'") == [(1,)]


def test_every_kind_of_garbage_is_unreadable(shop: Shop) -> None:
    dead = [message for message in shop.messages if message.fate is Fate.DEAD_LETTER]
    settings = topics()
    unread = [message for message in dead if not _reads(message, settings)]
    assert {raw for _, raw in KINDS} == {message.value for message in unread}
    # the one that can be read contradicts an earlier message of the same id
    assert len(unread) == len(dead) - 1


def _reads(message: Message, settings: object) -> bool:
    try:
        event_of(record(message), topics()[message.topic])
    except Unreadable:
        return False
    return True


def test_live_goes_out_one_by_one_and_never_ahead_of_the_clock() -> None:
    pace = Pace(until=UNTIL, live=True, rate=4.0)
    assert pace.pause(UNTIL - 2 * DAY, UNTIL) == 0
    assert pace.pause(UNTIL - HOUR, UNTIL) == 0.25
    assert pace.pause(UNTIL + 90_000_000, UNTIL) == 90


def test_the_command_seeds_goes_on_and_refuses(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store'}.db"
    run = CliRunner().invoke
    options = ["--database", url, "--orders", "20", "--days", "4", "--until", "2026-11-20T18:00:00Z", "--quiet"]
    first = run(seed_command, options)
    assert first.exit_code == 0, first.output
    assert "dead letters came in; the store is at position" in first.output
    again = run(seed_command, options)
    assert "0 events, 0 duplicates and 0 dead letters came in" in again.output
    other = run(seed_command, [*options, "--random-seed", "9"])
    assert isinstance(other.exception, OtherData)
    later = run(seed_command, ["--database", url, "--until", "2999-01-01T00:00:00Z"])
    assert "has not come yet" in str(later.exception)
