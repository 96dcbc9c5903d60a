"""Commands that travel through one key's story: blame, when, diff, reproduce."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands import options
from app.commands.comparing import MomentType
from app.commands.histories import at_moment

if TYPE_CHECKING:  # for the same reason as in options
    from eventstore import Condition, Moment, RecordedEvent, Story
    from eventstore import Path as Field
    from eventstore.histories import Steps, When

EVERY = 2**31
"""More steps than any key has."""


@click.command()
@click.argument("projection")
@click.argument("key")
@click.option("--path", "path", metavar="PATH", help="Every value that stood there, e.g. 'items[0].sku'.")
@at_moment
@options.as_json
@options.database
def blame(
    *, projection: str, key: str, path: str | None, at: int | None, as_json: bool, database: str | None, **known: int
) -> None:
    """Print which event made each value of a state what it is; with --path, every value that one place ever had."""
    from app.commands import travel_told as told
    from eventstore import Moment

    field = None if path is None else _field(path)
    with options.asking(database, **known) as asked:
        steps = asked.histories.steps(projection, key, Moment(at, asked.known), limit=EVERY)
        found = told.Blamed(steps) if field is None else told.FieldHistory(steps, field)
        events = _events(asked, found.positions)
    click.echo(found.json(events) if as_json else found.page(events))


@click.command()
@click.argument("projection")
@click.argument("keys", metavar="[KEY]", nargs=-1)
@click.argument("condition")
@at_moment
@options.as_json
@options.database
def when(
    *,
    projection: str,
    keys: tuple[str, ...],
    condition: str,
    at: int | None,
    as_json: bool,
    database: str | None,
    **known: int,
) -> None:
    """Print every time in which a condition held of a key, with the events at its edges; without a key of all keys.

    A condition is like 'status = paid and (total < 0 or not items[0].sku = "A 1")'. Of all keys those for which it ever
    held are printed as they are found, in their order; with --json a line each.
    """
    from app.commands import travel_told as told
    from eventstore import Moment

    if len(keys) > 1:
        raise click.UsageError(f"{len(keys)} keys before the condition: put a condition of several words in quotes.")
    asked_for = _condition(condition)
    with options.asking(database, **known) as asked:
        moment = Moment(at, asked.known)
        if not keys:
            return _when_of_all(asked, projection, condition, moment, as_json=as_json)
        steps = asked.histories.steps(projection, keys[0], moment, limit=EVERY)
        found = told.Times.of(steps, condition, asked_for)
        events = _events(asked, found.positions)
    click.echo(found.json(events) if as_json else found.page(events))
    return None


def _when_of_all(asked: options.Asked, projection: str, text: str, moment: "Moment", *, as_json: bool) -> None:
    """All keys, page by page; how far it came goes to the standard error."""
    from app.commands import travel_told as told

    searched = told.Searched()
    for page in _pages(asked, projection, text, moment):
        times = told.Times.of_all(page, text)
        events = _events(asked, [position for one in times for position in one.positions])
        for one in times:
            click.echo(one.json(events) if as_json else one.page(events))
        searched.add(page)
        if searched.due(page):
            click.echo(searched.line(page), err=True)


def _pages(asked: options.Asked, projection: str, text: str, moment: "Moment") -> "Iterator[When]":
    condition, after = _condition(text), None
    while True:
        page = asked.histories.when(projection, condition, moment, after=after)
        yield page
        after = page.after
        if after is None:
            return


@click.command()
@click.argument("projection")
@click.argument("key")
@click.argument("first", type=MomentType())
@click.argument("second", type=MomentType())
@options.as_json
@options.database
def diff(*, projection: str, key: str, first: "Moment", second: "Moment", as_json: bool, database: str | None) -> None:
    """Print what differs in a key between two moments, and the events that only one of them sees.

    A moment is a time or `live`; behind an @ may stand the commit as of which it was believed, such as live@1200.
    """
    from app.commands import travel_told as told

    with options.asking(database) as asked:
        both = [asked.histories.steps(projection, key, moment, limit=EVERY) for moment in (first, second)]
        found = told.Differences(*both)
        events = _events(asked, found.positions)
    click.echo(found.json(events) if as_json else found.page(events))


@click.command()
@click.argument("projection")
@click.argument("key")
@click.option(
    "--to",
    "to",
    metavar="FILE.py|FILE.jsonl",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A test for pytest, or the events as JSON Lines. The file must not be there yet.",
)
@at_moment
@options.database
def reproduce(*, projection: str, key: str, to: Path, at: int | None, database: str | None, **known: int) -> None:
    """Write a key's story up to a moment into a file: a test that replays it and asserts the state as it was seen.

    The test passes as it is, needs no store, and says what to change. What --to names a .jsonl gets the events as JSON
    Lines instead, each with the state behind it.
    """
    from app.commands.printing import shown
    from eventstore import Moment, Story

    if to.suffix not in (".py", ".jsonl"):
        raise click.UsageError(f"{to} ends neither in .py nor in .jsonl: name a test or JSON Lines.")
    modules = options.settings(database).projections
    (one,) = options.chosen(modules, [projection])
    with options.asking(database, **known) as asked:
        moment = Moment(at, asked.known)
        steps = asked.histories.steps(projection, key, moment, limit=EVERY)
        events = _events(asked, [row.event_position for row in steps.rows])
    if not steps.rows:
        raise click.ClickException(
            f"{shown(key)} has no events by then (checkpoint {steps.checkpoint:,}): nothing is written."
        )
    story = Story(one, key, list(events.values()), moment)
    _write(to, story, modules)
    _say(to, steps, story)


def _write(to: Path, story: "Story", modules: tuple[str, ...]) -> None:
    from eventstore import as_json_lines, as_pytest

    beside = [_from(to, name) if name.endswith(".py") else name for name in modules]
    text = as_pytest(story, beside) if to.suffix == ".py" else "".join(f"{line}\n" for line in as_json_lines(story))
    try:
        with to.open("x", encoding="ascii", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise click.ClickException(f"{to} is there already, perhaps changed by hand: name another file.") from error
    except OSError as error:
        raise click.ClickException(f"{to} cannot be written: {error.strerror}. Name another file.") from error


def _from(to: Path, module: str) -> str:
    """The module's file as seen from the folder of the test."""
    return Path(os.path.relpath(module, to.absolute().parent)).as_posix()


def _say(to: Path, steps: "Steps", story: "Story") -> None:
    from eventstore import changes, encode, replay

    run = f" Run it: python -m pytest {to}" if to.suffix == ".py" else ""
    click.echo(f"{to}: {len(steps.rows):,} events, by the read model at checkpoint {steps.checkpoint:,}.{run}")
    state = replay(story.projection, story.events, story.moment)
    if changes(steps.rows[-1].state, None if state is None else encode(state)):
        click.echo(
            "The read model holds another state than this replay, which the file has: `chronoscope verify "
            "--projections` says why.",
            err=True,
        )


def _events(asked: options.Asked, positions: list[int]) -> "dict[int, RecordedEvent]":
    return asked.store.events_at(sorted(set(positions)))


def _field(text: str) -> "Field":
    from eventstore import parse_path

    with options.reading_condition():
        return parse_path(text)


def _condition(text: str) -> "Condition":
    from eventstore import parse_condition

    with options.reading_condition():
        return parse_condition(text)
