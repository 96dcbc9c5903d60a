"""One event in one statement: the whole append as a function in PostgreSQL.

It must be a function: its statements see what was committed while the first of them waited for the counter's row. As
one statement, 427 of 4,000 appends of four writers read an old version. The rules for times are those of
`core/placing.py`; a test holds the two together.
"""

from eventstore.core.placing import FORMAT, STATED

WRONG_VERSION, WRONG_SCHEMA = "CHV01", "CHS01"
"""The SQLSTATEs by which the function refuses; the facts stand in the detail, between bars."""

_STATED = ", ".join(str(int(source)) for source in STATED)

_FUNCTION = f"""
CREATE FUNCTION append_one(
    a_id text, a_stream text, a_category text, a_type text, a_data text, a_metadata text, a_claim bigint,
    a_source smallint, a_correlation text, a_causation text, a_hash bytea, a_now bigint, a_expected bigint,
    a_schema bigint,
    OUT n_position bigint, OUT n_version bigint, OUT n_at bigint, OUT n_claimed bigint, OUT n_source smallint,
    OUT n_recorded bigint, OUT n_frontier bigint, OUT n_stream_frontier bigint)
LANGUAGE plpgsql AS $$
DECLARE
    c_schema bigint;
BEGIN
    UPDATE counter SET position = position + 1, recorded_at = greatest(recorded_at, a_now),
        frontier = greatest(frontier, least(coalesce(a_claim, 1::bigint << 62), greatest(recorded_at, a_now)))
        WHERE one = 1 RETURNING position, recorded_at, frontier, schema
        INTO n_position, n_recorded, n_frontier, c_schema;
    IF c_schema <> a_schema THEN
        RAISE EXCEPTION 'wrong schema' USING ERRCODE = '{WRONG_SCHEMA}', DETAIL = c_schema || '|' || a_schema;
    END IF;
    SELECT version, stream_frontier INTO n_version, n_stream_frontier FROM events
        WHERE stream = a_stream COLLATE "C" ORDER BY version DESC LIMIT 1;
    IF a_expected <> coalesce(n_version, 0) THEN
        RAISE EXCEPTION 'wrong version' USING ERRCODE = '{WRONG_VERSION}',
            DETAIL = a_stream || '|' || a_expected || '|' || coalesce(n_version, 0);
    END IF;
    n_version := coalesce(n_version, 0) + 1;
    n_at := a_claim;
    n_source := a_source;
    IF a_claim IS NULL THEN
        n_at := n_recorded;
        n_source := 2;
    ELSIF a_claim > n_recorded THEN
        n_at := n_recorded;
        n_source := 3;
    ELSIF a_expected IS NOT NULL AND a_claim < n_stream_frontier THEN
        n_at := n_stream_frontier;
        n_source := 4;
    END IF;
    IF n_at <> a_claim AND a_source IN ({_STATED}) THEN
        n_claimed := a_claim;
    END IF;
    n_stream_frontier := greatest(n_stream_frontier, n_at);
    INSERT INTO events VALUES (n_position, n_position, a_id, a_stream, a_category, n_version, a_type, a_data,
        a_metadata, n_at, n_claimed, n_source, n_recorded, n_frontier, n_stream_frontier, a_correlation, a_causation,
        a_hash, {FORMAT});
END $$"""  # noqa: S608 - our own numbers

APPEND_ONE = ("DROP FUNCTION IF EXISTS append_one", _FUNCTION)
"""Made again by every upgrade."""

CALL = """
    SELECT * FROM append_one(%s, %s, %s, %s, %s, %s, %s::bigint, %s::smallint, %s, %s, %s, %s::bigint, %s::bigint,
    %s::bigint)"""
"""Id, stream, category, type, data, metadata, claim and its source, correlation, causation, hash; now, expected
version, our schema."""
