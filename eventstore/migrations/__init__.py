"""The steps from each schema to the next: forward only, one file each, never edited after their release.

A new store is made by all of them, so that there is one way to a schema. What the database keeps as code
(`Database.routines`) is made again after the last.
"""

from eventstore.migrations.steps import Upgrade, schema_of, upgrade

__all__ = ["Upgrade", "schema_of", "upgrade"]
