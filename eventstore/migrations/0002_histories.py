"""Schema 2: what is known of the builds of read models. Each build makes its own tables. Released: never edited again.

`code` is the hash of what a build depends on, `facets` its facets as JSON, `state` one of building, live, old.
`stopped` names the counted facets that took on too many values, as JSON. `failure` says why the projector left it.
`unrouted` are events whose keys could not be told. `proofs` are results of comparing a build with the replay.
"""

from eventstore.databases import Database, Session

TABLES = (
    """CREATE TABLE builds (
        build {serial}, projection {text} NOT NULL, code {text} NOT NULL, facets {text} NOT NULL, state {text} NOT NULL,
        position {int} NOT NULL, finest {int} NOT NULL, stopped {text} NOT NULL, failure {text},
        created_at {int} NOT NULL, updated_at {int} NOT NULL)""",
    """CREATE TABLE unrouted (
        build {int} NOT NULL, position {int} NOT NULL, error {text} NOT NULL, PRIMARY KEY (build, position))""",
    """CREATE TABLE proofs (
        build {int} PRIMARY KEY, position {int} NOT NULL, proved_at {int} NOT NULL, keys {int} NOT NULL,
        sampled {int} NOT NULL, drifts {text} NOT NULL)""",
)


def upgrade(database: Database, session: Session) -> None:
    """Make the tables; there are no builds yet."""
    for table in TABLES:
        session.execute(table.format(**database.types))
