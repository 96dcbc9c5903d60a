"""Schema 3: the messages that repeated an event are found by its position. Released: never edited again."""

from eventstore.databases import Database, Session


def upgrade(database: Database, session: Session) -> None:  # noqa: ARG001 - every step is called so
    """Make the index."""
    session.execute("CREATE INDEX duplicates_by_position ON duplicates (position)")
