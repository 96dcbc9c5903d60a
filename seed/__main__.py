"""`python -m seed`, and `chronoscope seed`: tell the shop's story to a store or to Kafka."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import click

SHOP = Path(__file__).with_name("shop.toml")


class _Time(click.ParamType[int]):
    """A time such as 2026-03-01T14:05:09Z, as microseconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The time; a usage error with the reason where it is none."""
        from eventstore import Unreadable, parse_time

        try:
            return parse_time(value).micros
        except Unreadable as error:
            self.fail(str(error), param, ctx)


@click.command("seed", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--random-seed", type=int, help="Whose chance it is; another number, another story.  [default: 7]")
@click.option("--until", type=_Time(), help="Tell the story up to this time.  [default: now]")
@click.option("--orders", type=click.IntRange(min=1), help="Orders in the first days.  [default: 2000]")
@click.option("--days", type=click.IntRange(min=1, max=3_650), help="Days of history, from a Monday on.  [default: 90]")
@click.option("--to", "sink", type=click.Choice(["store", "kafka"]), default="store", show_default=True)
@click.option("--live", is_flag=True, help="Go on in real time, the last day message by message, until interrupted.")
@click.option("--rate", type=click.FloatRange(min=0.01), default=5.0, show_default=True, help="Live messages a second.")
@click.option("--database", metavar="URL", help="The store.  [default: CHRONOSCOPE_DATABASE_URL]")
@click.option("--servers", help="The brokers.  [default: CHRONOSCOPE_KAFKA_SERVERS, or localhost:9092]")
@click.option("--mix", is_flag=True, help="Also into a place that holds other data, in topics of its own.")
@click.option("--project/--no-project", default=True, help="Bring the store's read models level.", show_default=True)
@click.option("--quiet", is_flag=True, help="No progress.")
def seed_command(sink: str, **options: Any) -> None:
    """Fill a store, or Kafka, with the history of a believable shop.

    The same random seed gives the same story. Run again, it goes on with the story that is there, up to now.
    """
    from eventstore import clock, format_time
    from eventstore.settings import Settings
    from seed.errors import InTheFuture
    from seed.publish import Pace
    from seed.standing import Asked

    settings = Settings.load(os.environ, SHOP)
    database, servers = options["database"] or settings.database_url, options["servers"] or settings.kafka_servers
    settings = replace(settings, database_url=database, kafka_servers=servers)
    now = clock.now()
    until = now if options["until"] is None else options["until"]
    if until > now:
        raise InTheFuture(format_time(until))
    asked = Asked(options["random_seed"], options["orders"], options["days"])
    pace = Pace(until, live=options["live"], rate=options["rate"])
    tell = _tell_store if sink == "store" else _tell_kafka
    if not options["project"]:
        settings = replace(settings, projections=())
    with _stopping() as stop:
        tell(settings, asked, pace, stop, mix=options["mix"], bar=_Bar(quiet=options["quiet"]))


def _tell_store(settings: Any, asked: Any, pace: Any, stop: Event, *, mix: bool, bar: "_Bar") -> None:
    from eventstore import EventStore, Leveller
    from eventstore.settings import Settings
    from seed.standing import resume, standing_in
    from seed.to_store import ArrivalClock, Beside, StoreSink

    arrivals = ArrivalClock()
    with EventStore.open(settings.database_url, now=arrivals) as store:
        place = "This store", "--database"
        course, prefix = resume(standing_in(store), asked, pace.until, mix=mix, place=place)
        topics = Settings.load({"CHRONOSCOPE_SETTINGS": str(SHOP)}).topics
        leveller = Leveller(store, settings.projections, bar.say)
        level = partial(leveller.settle, ending=stop.is_set, on_progress=bar.leveled)
        beside = Beside(settings.anchor_file, level)
        sink = StoreSink(store, arrivals, course, topics=topics, prefix=prefix, beside=beside)
        _publish(course, sink, pace, stop, bar)
        sink.close()
        click.echo(
            f"{sink.events:,} events, {sink.duplicates:,} duplicates and {sink.dead_letters:,} dead letters came in;"
            f" the store is at position {store.head().position:,}."
        )


def _tell_kafka(settings: Any, asked: Any, pace: Any, stop: Event, *, mix: bool, bar: "_Bar") -> None:
    from seed.standing import resume
    from seed.to_kafka import KafkaSink, standing_on

    servers = settings.kafka_servers
    place = f"Kafka at {servers}", "--servers"
    course, prefix = resume(standing_on(servers), asked, pace.until, mix=mix, place=place)
    sink = KafkaSink(servers, prefix)
    try:
        _publish(course, sink, pace, stop, bar)
    finally:
        sink.close()
    click.echo(f"{sink.events:,} messages went to Kafka at {servers}.")


def _publish(course: Any, sink: Any, pace: Any, stop: Event, bar: "_Bar") -> None:
    from eventstore import clock
    from seed.publish import publish

    with bar.over(course.start, min(pace.until, pace.slow_from)):
        publish(course, sink, pace, stop=stop, now=clock.now, on_batch=bar.told)


class _Bar:
    """A bar over the days of the story, with a word on the read models; silent where nobody looks."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._start, self._end = quiet, 0, 0
        self._bar: Any = None

    @contextmanager
    def over(self, start: int, end: int) -> Iterator[None]:
        """Show it while the story is told."""
        if self._quiet:
            yield
            return
        self._start, self._end = start, end
        with click.progressbar(
            length=max(1, end - start), label="The shop's story", file=sys.stderr, item_show_func=lambda word: word
        ) as self._bar:
            yield

    def told(self, at: int) -> None:
        """The story came to this time."""
        if self._bar is not None:
            self._bar.update(max(0, min(at, self._end) - self._start - self._bar.pos))

    def leveled(self, reached: int, end: int) -> None:
        """The read models came to this position."""
        if self._bar is not None:
            self._bar.current_item = f"read models at {reached:,} of {end:,}" if reached < end else None
            self._bar.render_progress()

    def say(self, line: str) -> None:
        """Something is wrong with the read models."""
        click.echo(f"\n{line}" if self._bar is not None else line, err=True)


@contextmanager
def _stopping() -> Iterator[Event]:
    """An event that SIGINT and SIGTERM set: the running batch ends, and then the story."""
    stop = Event()
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def main() -> None:
    """Run the command; errors of ours become one sentence and exit code 1."""
    from eventstore import EventStoreError

    try:
        seed_command()
    except EventStoreError as error:
        click.echo(f"seed: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
