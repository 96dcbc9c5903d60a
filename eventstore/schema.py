"""What the code expects of the tables. The steps in `migrations/` make them."""

VERSION = 3
"""The schema's version, kept in `counter.schema` and checked by every writer in its transaction."""

EVENT_COLUMNS = (
    "position",
    "commit_position",
    "id",
    "stream",
    "category",
    "version",
    "type",
    "data",
    "metadata",
    "occurred_at",
    "claimed_at",
    "occurred_source",
    "recorded_at",
    "frontier",
    "stream_frontier",
    "correlation_id",
    "causation_id",
    "content_hash",
    "format",
)
"""The columns of `events`, in the order in which rows are written and read."""

ORIGIN_COLUMNS = (
    "position",
    "source",
    "partition",
    "offset",
    "timestamp",
    "timestamp_type",
    "key",
    "value",
    "value_is_data",
    "headers",
    "hash",
)
"""The columns of `origins`, in the order in which rows are written and read."""
