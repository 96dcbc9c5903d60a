"""The library: an append-only SQL event store, its histories, and what checks them.

Outsiders import from here; the command and the seed also from `eventstore.ingest`, and entry points from
`eventstore.settings`.
"""

from eventstore.builds import Build
from eventstore.core.attempt import Raised, attempt
from eventstore.core.blame import Blame, Had, Held, KeyStep, blame, field_history, when
from eventstore.core.canonical import Json, decode, encode
from eventstore.core.condition import Condition, parse_condition, parse_path
from eventstore.core.diff import Change, changes
from eventstore.core.event import TOMBSTONE, Micros, NewEvent, OccurredSource, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.identity import uuid7
from eventstore.core.integrity import Harm
from eventstore.core.moment import LIVE, Moment
from eventstore.core.origin import Origin
from eventstore.core.paths import Path, leaves, written
from eventstore.core.payload import body, money, whole
from eventstore.core.projection import ANY, Projection, State, as_folded, load, serving, streams_of
from eventstore.core.replay import Step, fold_order, replay, steps
from eventstore.core.reproduction import Story, as_json_lines, as_pytest, event_facts
from eventstore.core.soundness import Checked, Finding, check
from eventstore.core.times import format_time, parse_time
from eventstore.core.upcast import upcaster
from eventstore.errors import BadCondition, EventStoreError, NotProjected, Unreadable
from eventstore.histories import Histories, Where, parse_where
from eventstore.projector import Drift, Healed, Leveller, Projector, Proof, heal, prove
from eventstore.projector import keep as keep_proof
from eventstore.reading import EventQuery
from eventstore.seals import Sealer
from eventstore.store import EventStore, Head, migrate
from eventstore.verify import Verdict, verify

__all__ = [
    "ANY",
    "LIVE",
    "TOMBSTONE",
    "BadCondition",
    "Blame",
    "Build",
    "Change",
    "Checked",
    "Condition",
    "Drift",
    "EventQuery",
    "EventStore",
    "EventStoreError",
    "Facet",
    "Finding",
    "Had",
    "Harm",
    "Head",
    "Healed",
    "Held",
    "Histories",
    "Json",
    "KeyStep",
    "Kind",
    "Leveller",
    "Micros",
    "Moment",
    "NewEvent",
    "NotProjected",
    "OccurredSource",
    "Origin",
    "Path",
    "Projection",
    "Projector",
    "Proof",
    "Raised",
    "RecordedEvent",
    "Sealer",
    "State",
    "Step",
    "Story",
    "Unreadable",
    "Verdict",
    "Where",
    "as_folded",
    "as_json_lines",
    "as_pytest",
    "attempt",
    "blame",
    "body",
    "changes",
    "check",
    "decode",
    "encode",
    "event_facts",
    "field_history",
    "fold_order",
    "format_time",
    "heal",
    "keep_proof",
    "leaves",
    "load",
    "migrate",
    "money",
    "parse_condition",
    "parse_path",
    "parse_time",
    "parse_where",
    "prove",
    "replay",
    "serving",
    "steps",
    "streams_of",
    "upcaster",
    "uuid7",
    "verify",
    "when",
    "whole",
    "written",
]
