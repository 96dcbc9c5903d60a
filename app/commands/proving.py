"""What `verify --projections` does and says."""

import json
import sys
from dataclasses import asdict

import click

from app.commands import options
from app.commands.printing import shown
from eventstore import Build, Drift, EventStore, Histories, Projection, Proof, format_time, keep_proof, load, prove


def prove_all(database: str | None, sample: int | None, *, as_json: bool) -> int:
    """Compare every live build whose code is at hand with the replay; the exit code."""
    projections = {one.name: one for one in load(options.settings(database).projections)}
    whole = True
    with options.writing(database) as store:
        for build in Histories(store).builds():
            if build.state != "live":
                continue
            if build.projection not in projections:
                click.echo(f"{shown(build.projection)}: not compared, settings no longer name its module.", err=True)
                continue
            proof = _proved(store, projections[build.projection], build, sample)
            keep_proof(store, proof)
            click.echo(proof_json(proof) if as_json else proof_page(proof))
            whole = whole and proof.holds
    return 0 if whole else 3


def _proved(store: EventStore, projection: Projection, build: Build, sample: int | None) -> Proof:
    with click.progressbar(length=100, label=build.projection, file=sys.stderr) as bar:

        def told(done: int, end: int) -> None:
            bar.update(100 * done // max(1, end) - bar.pos)

        return prove(store, projection, build, sample=sample, on_progress=told)


def proof_json(proof: Proof) -> str:
    """One JSON object; states are the texts that the store keeps."""
    facts = asdict(proof)
    facts["proved_at"] = format_time(proof.proved_at)
    facts["drifts"] = [asdict(drift) for drift in proof.drifts]
    return json.dumps({**facts, "holds": proof.holds, "at_most": proof.at_most})


def proof_page(proof: Proof) -> str:
    """A line, and a few more for each drift."""
    seen = f"{proof.compared:,} of {proof.keys:,} keys up to position {proof.checkpoint:,}"
    sure = f"; with 95 % confidence at most {proof.at_most:.2%} of all drift" if proof.at_most else ""
    if proof.holds:
        return f"{shown(proof.projection)}: {seen} are as the replay says{sure}."
    heal = f"`chronoscope rebuild {shown(proof.projection)}` makes a new build beside it."
    return "\n".join([f"{shown(proof.projection)}: drifts ({seen}). {heal}", *map(drift_page, proof.drifts)])


def drift_page(drift: Drift) -> str:
    """One drift: where the rows part from the replay, and both states."""
    when = "" if drift.occurred_at is None else f" at {format_time(drift.occurred_at)}"
    at = "" if drift.position is None else f", event {drift.position}"
    states = f"    stored   {shown(str(drift.stored))}\n    replayed {shown(str(drift.replayed))}"
    return f"  {shown(drift.key)}: {drift.what}{when}{at}\n{states}"
