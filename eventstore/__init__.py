"""The library: an append-only SQL event store, its histories, and what checks them.

Outsiders import from here; the command and the seed also from `eventstore.ingest`, and entry points from
`eventstore.settings`.
"""

from eventstore.builds import Build
from eventstore.core.attempt import Raised, attempt
from eventstore.core.blame import Blame, Had, Held, KeyStep, blame, field_history, held, when
from eventstore.core.canonical import Json, decode, encode
from eventstore.core.condition import Condition, parse_condition, parse_path
from eventstore.core.deltas import HIDDEN
from eventstore.core.diff import Change, between, changes
from eventstore.core.event import TOMBSTONE, Micros, NewEvent, OccurredSource, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.flow import Flow, FlowEvent, Top, flow
from eventstore.core.identity import uuid7
from eventstore.core.integrity import Harm
from eventstore.core.log_line import CATEGORY as LOG_CATEGORY
from eventstore.core.log_line import LEVELS, level_of, message_of, service_of
from eventstore.core.moment import LIVE, Moment
from eventstore.core.origin import Origin
from eventstore.core.paths import Path, leaves, written
from eventstore.core.payload import body, money, whole
from eventstore.core.projection import ANY, Projection, State, as_folded, load, serving, streams_of
from eventstore.core.replay import Step, fold_order, replay, steps
from eventstore.core.reproduction import Story, as_json_lines, as_pytest, event_facts
from eventstore.core.soundness import Checked, Finding, check
from eventstore.core.times import format_time, parse_time
from eventstore.core.turning import text_at, turns, verdicts
from eventstore.core.upcast import upcaster
from eventstore.core.window import Deltas, Window
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
    "HIDDEN",
    "LEVELS",
    "LIVE",
    "LOG_CATEGORY",
    "TOMBSTONE",
    "BadCondition",
    "Blame",
    "Build",
    "Change",
    "Checked",
    "Condition",
    "Deltas",
    "Drift",
    "EventQuery",
    "EventStore",
    "EventStoreError",
    "Facet",
    "Finding",
    "Flow",
    "FlowEvent",
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
    "Top",
    "Unreadable",
    "Verdict",
    "Where",
    "Window",
    "as_folded",
    "as_json_lines",
    "as_pytest",
    "attempt",
    "between",
    "blame",
    "body",
    "changes",
    "check",
    "decode",
    "encode",
    "event_facts",
    "field_history",
    "flow",
    "fold_order",
    "format_time",
    "heal",
    "held",
    "keep_proof",
    "leaves",
    "level_of",
    "load",
    "message_of",
    "migrate",
    "money",
    "parse_condition",
    "parse_path",
    "parse_time",
    "parse_where",
    "prove",
    "replay",
    "service_of",
    "serving",
    "steps",
    "streams_of",
    "text_at",
    "turns",
    "upcaster",
    "uuid7",
    "verdicts",
    "verify",
    "when",
    "whole",
    "written",
]
