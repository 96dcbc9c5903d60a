"""Schema 1: the log, what ingest keeps, and the first derived tables. Released: never edited again.

Histories are made by their builds. Times are microseconds UTC. `{int}`, `{text}`, `{bytes}`, ... are the database's
types, `{hot}` what it wants for a table of one row that every append updates.
"""

from eventstore.databases import Database, Session

TABLES = {
    "counter": """CREATE TABLE counter (
        one {small} PRIMARY KEY CHECK (one = 1), position {int} NOT NULL, recorded_at {int} NOT NULL,
        frontier {int} NOT NULL, schema {int} NOT NULL){hot}""",
    "events": """CREATE TABLE events (
        position {int} PRIMARY KEY, commit_position {int} NOT NULL, id {text} NOT NULL, stream {text} NOT NULL,
        category {text} NOT NULL, version {int} NOT NULL, type {text} NOT NULL, data {text} NOT NULL,
        metadata {text} NOT NULL, occurred_at {int} NOT NULL, claimed_at {int}, occurred_source {small} NOT NULL,
        recorded_at {int} NOT NULL, frontier {int} NOT NULL, stream_frontier {int} NOT NULL, correlation_id {text},
        causation_id {text}, content_hash {bytes} NOT NULL, format {small} NOT NULL)""",
    "sources": """CREATE TABLE sources (
        source {int} PRIMARY KEY, kind {text} NOT NULL, topic {text} NOT NULL, topic_id {text} NOT NULL,
        UNIQUE (kind, topic, topic_id))""",
    # value is null where value_is_data: it equals events.data byte for byte; else null as Kafka's null
    "origins": """CREATE TABLE origins (
        position {int} PRIMARY KEY, source {int} NOT NULL, partition {int} NOT NULL, "offset" {int} NOT NULL,
        timestamp {int}, timestamp_type {small} NOT NULL, key {bytes}, value {bytes}, value_is_data {small} NOT NULL,
        headers {bytes}, hash {bytes} NOT NULL, UNIQUE (source, partition, "offset"))""",
    "seals": """CREATE TABLE seals (
        seal {int} PRIMARY KEY, first {int} NOT NULL, last {int} NOT NULL, sealed_at {int} NOT NULL,
        hash {bytes} NOT NULL)""",
    "offsets": """CREATE TABLE offsets (
        topic {text} NOT NULL, partition {int} NOT NULL, topic_id {text} NOT NULL, next_offset {int} NOT NULL,
        end_offset {int}, timestamp {int}, updated_at {int} NOT NULL, PRIMARY KEY (topic, partition))""",
    # the message at (source, partition, offset) carried the id and content of the event at position
    "duplicates": """CREATE TABLE duplicates (
        source {int} NOT NULL, partition {int} NOT NULL, "offset" {int} NOT NULL, position {int} NOT NULL,
        recorded_at {int} NOT NULL, PRIMARY KEY (source, partition, "offset"))""",
    # replayed_as: the position of the event that a later replay made of it
    "dead_letters": """CREATE TABLE dead_letters (
        number {serial}, source {int} NOT NULL, partition {int} NOT NULL, "offset" {int} NOT NULL,
        timestamp {int}, timestamp_type {small} NOT NULL, key {bytes}, value {bytes}, headers {bytes},
        reason {text} NOT NULL, detail {text} NOT NULL, recorded_at {int} NOT NULL, replayed_at {int},
        replayed_as {int}, UNIQUE (source, partition, "offset"))""",
    # offsets [first, until) of a partition that can no longer be read, and why
    "losses": """CREATE TABLE losses (
        number {serial}, topic {text} NOT NULL, topic_id {text} NOT NULL, partition {int} NOT NULL,
        first {int} NOT NULL, until {int} NOT NULL, reason {text} NOT NULL, recorded_at {int} NOT NULL)""",
    # one row per ingester: what it is doing, for the Health page
    "ingesters": """CREATE TABLE ingesters (
        name {text} PRIMARY KEY, state {text} NOT NULL, servers {text} NOT NULL, topics {text} NOT NULL,
        started_at {int} NOT NULL, updated_at {int} NOT NULL, fetched_at {int}, rate {real} NOT NULL,
        last_error {text}, last_error_at {int})""",
    # a reader that follows the log: how far it has come
    "checkpoints": """CREATE TABLE checkpoints (
        reader {text} PRIMARY KEY, position {int} NOT NULL, updated_at {int} NOT NULL)""",
    "event_counts": """CREATE TABLE event_counts (
        bucket {int} NOT NULL, category {text} NOT NULL, type {text} NOT NULL, events {int} NOT NULL,
        PRIMARY KEY (bucket, category, type))""",
    # the list of streams is derived, off the append path
    "streams": """CREATE TABLE streams (
        stream {text} PRIMARY KEY, category {text} NOT NULL, version {int} NOT NULL, first_at {int} NOT NULL,
        last_at {int} NOT NULL, position {int} NOT NULL)""",
}

INDEXES = {
    "events_id": "CREATE UNIQUE INDEX events_id ON events (id)",
    "events_stream": "CREATE UNIQUE INDEX events_stream ON events (stream, version)",
    "events_category": "CREATE INDEX events_category ON events (category, position)",
    "events_type": "CREATE INDEX events_type ON events (type, position)",
    "events_occurred": "CREATE INDEX events_occurred ON events (occurred_at, position)",
    "events_correlation": "CREATE INDEX events_correlation ON events (correlation_id) WHERE correlation_id IS NOT NULL",
    "events_causation": "CREATE INDEX events_causation ON events (causation_id) WHERE causation_id IS NOT NULL",
    "streams_category": "CREATE INDEX streams_category ON streams (category, last_at, stream)",
}

FOR_EVER = ("events", "origins")

BEFORE_ALL = -(2**62)


def upgrade(database: Database, session: Session) -> None:
    """Make everything, in an empty database."""
    for table in TABLES.values():
        session.execute(table.format(**database.types))
    for index in INDEXES.values():
        session.execute(index)
    for table in FOR_EVER:
        for statement in database.keep_for_ever(table):
            session.execute(statement)
    session.execute(
        "INSERT INTO counter (one, position, recorded_at, frontier, schema) VALUES (1, 0, ?, ?, 1)",
        [BEFORE_ALL, BEFORE_ALL],
    )
