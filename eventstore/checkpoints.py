"""How far a reader that follows the log has come; it moves on only from where its owner thinks that it is."""

from eventstore.store import EventStore
from eventstore.writing import Writer


def checkpoint(store: EventStore, reader: str) -> int:
    """The position up to which the reader has come; 0 where it has not begun."""
    found = store.rows("SELECT position FROM checkpoints WHERE reader = ?", (reader,))
    return int(found[0][0]) if found else 0


def advance(writer: Writer, reader: str, expected: int, position: int, at: int) -> bool:
    """Move the reader from `expected` to `position` by compare-and-set; False: it stands elsewhere.

    The row stays locked until the commit, so of two that follow the log as one reader only one gets on.
    """
    if expected == 0:
        writer.execute(_BEGIN, (reader, at))
    return writer.execute(_MOVE, (position, at, reader, expected)) == 1


_BEGIN = """
    INSERT INTO checkpoints (reader, position, updated_at) VALUES (?, 0, ?) ON CONFLICT (reader) DO NOTHING"""
_MOVE = "UPDATE checkpoints SET position = ?, updated_at = ? WHERE reader = ? AND position = ?"
