"""The library: an append-only SQL event store, its histories, and what checks them.

Outsiders import from here; the command and the seed also from `eventstore.ingest`, and entry points from
`eventstore.settings`.
"""

from eventstore.builds import Build
from eventstore.core.attempt import Raised
from eventstore.core.canonical import Json, decode, encode
from eventstore.core.event import TOMBSTONE, Micros, NewEvent, OccurredSource, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.integrity import Harm
from eventstore.core.moment import LIVE, Moment
from eventstore.core.origin import Origin
from eventstore.core.payload import body, money, whole
from eventstore.core.projection import ANY, Projection, State, as_folded, load, serving, streams_of
from eventstore.core.replay import Step, fold_order, replay, steps
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
    "Build",
    "Checked",
    "Drift",
    "EventQuery",
    "EventStore",
    "EventStoreError",
    "Facet",
    "Finding",
    "Harm",
    "Head",
    "Healed",
    "Histories",
    "Json",
    "Kind",
    "Leveller",
    "Micros",
    "Moment",
    "NewEvent",
    "NotProjected",
    "OccurredSource",
    "Origin",
    "Projection",
    "Projector",
    "Proof",
    "Raised",
    "RecordedEvent",
    "Sealer",
    "State",
    "Step",
    "Unreadable",
    "Verdict",
    "Where",
    "as_folded",
    "body",
    "check",
    "decode",
    "encode",
    "fold_order",
    "format_time",
    "heal",
    "keep_proof",
    "load",
    "migrate",
    "money",
    "parse_time",
    "parse_where",
    "prove",
    "replay",
    "serving",
    "steps",
    "streams_of",
    "upcaster",
    "verify",
    "whole",
]
