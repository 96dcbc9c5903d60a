"""What `verify` says."""

import json
from dataclasses import asdict

from app.commands.printing import shown
from eventstore import Harm, Verdict


def verdict_json(verdict: Verdict) -> str:
    """The verdict as one JSON object."""
    return json.dumps(asdict(verdict))


def verdict_page(verdict: Verdict) -> str:
    """The verdict for people: what was read, what vouches for it, each harm on a line."""
    anchored = f"anchors vouch up to position {verdict.anchored:,}" if verdict.anchored else "no anchor vouches for it"
    read = f"{verdict.events:,} events in {verdict.blocks:,} sealed blocks (up to {verdict.sealed:,}); {anchored}."
    if verdict.ok:
        return f"Whole: {read}"
    return "\n".join([f"Harmed: {read}", *map(harm_line, verdict.harms)])


def harm_line(harm: Harm) -> str:
    """Where, what kind, and the sentence."""
    where = f"position {harm.position}" if harm.position is not None else f"block {harm.block}"
    known = harm.position is not None or harm.block is not None
    return f"  {where if known else 'the log'}: {harm.kind}. {shown(harm.sentence)}"
