"""The databases that can hold a store, one file each: the facts in which they differ, as one object each."""

from eventstore.databases.address import connect
from eventstore.databases.database import Database, Row, Session

__all__ = ["Database", "Row", "Session", "connect"]
