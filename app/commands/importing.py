"""The command that imports a file."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands import options

if TYPE_CHECKING:  # for the same reason as in options
    from threading import Event

    from eventstore import EventStore
    from eventstore.ingest.importing import Report
    from eventstore.ingest.surveying import FileMapping, Survey

NAMED = 10
"""How many bad rows are named at the end; `dead-letters list` has them all."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--show-mapping", is_flag=True, help="Print what the columns mean, as TOML to edit, and import nothing.")
@click.option(
    "--map", "map_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Such a file, edited."
)
@click.option("--time", metavar="COLUMN", help="The column that says when it happened.")
@click.option("--time-format", metavar="FORM", help="How it does, as strptime has it: %d.%m.%Y %H:%M.")
@click.option("--type", metavar="COLUMN", help="The column that names the event's type.")
@click.option("--id", metavar="COLUMN", help="The column that holds the event's own id.")
@click.option("--object", "objects", metavar="COLUMN=TYPE", multiple=True, help="A column of ids; no TYPE: it is none.")
@click.option("--stream", metavar="COLUMN", multiple=True, help="Whose event a row is; the first that names one thing.")
@click.option("--source", metavar="NAME", help="Within what ids are unique.  [default: the file's name]")
@options.project
@options.as_json
@options.database
def import_file(
    file: Path,
    *,
    show_mapping: bool,
    map_file: Path | None,
    objects: tuple[str, ...],
    stream: tuple[str, ...],
    project: bool,
    as_json: bool,
    database: str | None,
    **words: str,
) -> None:
    """Import the rows of a file of CSV or JSON Lines as events, each exactly once.

    What its columns mean is guessed from their names and the first rows, and printed. Killed at any instant and
    started again, it goes on where it stopped; a file that has grown, or was mended, brings only its new rows. Ends
    with 3 where a row could not become an event: it is kept as a dead letter.
    """
    from eventstore.ingest.surveying import Stated, from_toml, survey

    edited = None if map_file is None else from_toml(map_file.read_bytes(), str(map_file))
    with file.open("rb") as opened:
        name = file.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found = survey(opened, name, edited.delimiter if edited else "")
        kinds = dict(one.partition("=")[::2] for one in objects)
        mapping = found.mapping(Stated(words, kinds, stream), edited)
        if show_mapping:
            click.echo(found.toml(mapping), nl=False)
            return
        click.echo(summary(mapping, found), err=True)
        with options.stopping() as stop:
            report = imported(opened, found, mapping, stop, database, project=project)
    click.echo(json.dumps(report_facts(report)) if as_json else report_line(report))
    sys.exit(3 if report.dead_letters else 0)


def imported(
    file: Any, found: "Survey", mapping: "FileMapping", stop: "Event", database: str | None, *, project: bool
) -> "Report":
    """Run the import under a progress bar; afterwards the log is sealed and read models are level."""
    from app.commands.following import Following
    from eventstore import clock
    from eventstore.ingest.importing import FileImport

    began, loaded = clock.elapsed(), options.settings(database)
    with options.writing(database) as store:
        following = Following(store, loaded.anchor_file, loaded.projections if project else ())
        work = FileImport(store, file, found, mapping)

        def rate(_: object) -> str:
            return f"{work.report.rows / max(clock.elapsed() - began, 0.001):,.0f} rows/s"

        try:
            with click.progressbar(
                length=found.lines, label=found.name, file=sys.stderr, show_eta=True, item_show_func=rate
            ) as bar:
                work.run(lambda _, lines: bar.update(lines - bar.pos), stop.is_set)
        finally:
            following.settle(stop.is_set)
        tell_bad_rows(store, work.report)
    return work.report


def summary(mapping: "FileMapping", found: "Survey") -> str:
    """The mapping on a few lines."""
    from app.commands.printing import shown

    streams = ", else ".join(mapping.stream)
    data = ", ".join(name for name in found.columns if name not in mapping.columns) or "nothing"
    lines = [
        f"time: {mapping.time} ({mapping.time_format or 'ISO 8601 or a number'})",
        f"type: {mapping.type or repr(mapping.default_type)}",
        f"id: {mapping.id or 'of the row itself'}",
        f"objects: {', '.join(f'{name} = {kind}' for name, kind in mapping.objects.items()) or 'none'}",
        f"stream: {f'{streams}, if it names one; else ' if streams else ''}{mapping.category}-{mapping.source}",
        f"data: {mapping.data or (data if mapping.format == 'csv' else 'the whole row')}",
    ]
    return "\n".join(f"  {shown(line)}" for line in [f"{found.name} ({mapping.format}):", *lines]).removeprefix("  ")


def tell_bad_rows(store: "EventStore", report: "Report") -> None:
    """Name the last bad rows of the file, each by its line."""
    from app.commands.printing import shown
    from eventstore.ingest import dead_letters as letters

    if report.dead_letters:
        for one in reversed(letters.page(store, topic=report.topic, limit=NAMED)):
            click.echo(f"line {one.record.offset}: {one.reason}: {shown(one.detail)}", err=True)
        click.echo(f"All of them: chronoscope dead-letters list --topic '{shown(report.topic)}'", err=True)


def report_facts(report: "Report") -> dict[str, Any]:
    """What the import did, as plain JSON values."""
    return {
        "topic": report.topic,
        "finished": report.finished,
        "events": report.events,
        "duplicates": report.duplicates,
        "dead_letters": report.dead_letters,
        "before": report.before,
        "position": report.commit,
        "reasons": dict(report.reasons),
    }


def report_line(report: "Report") -> str:
    """The same for people."""
    said = f"{report.events:,} events, {report.duplicates:,} duplicates, {report.dead_letters:,} dead letters"
    before = f"; {report.before:,} rows had come in before" if report.before else ""
    end = "" if report.finished else " Stopped before the end: the same command goes on."
    return f"{said}{before}.{end}"
