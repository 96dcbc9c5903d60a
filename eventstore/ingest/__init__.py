"""Ingest: from records to events. The loop over a real broker is in `eventstore.ingest.ingester`, which needs Kafka."""

from eventstore.envelopes.message import Record
from eventstore.envelopes.topic import TopicSettings
from eventstore.ingest.intake import Intake, Taken
from eventstore.ingest.offsets import Advance, Offset

__all__ = ["Advance", "Intake", "Offset", "Record", "Taken", "TopicSettings"]
