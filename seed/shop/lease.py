"""The lease: of the instances that share a database, one publishes at a time, or the order would be lost."""

from sqlalchemy import Column, Engine, MetaData, Table, Text, insert, or_, select, update

from eventstore import Micros
from seed.shop.database import Number

TABLES = MetaData()
LEASE = Table(
    "lease",
    TABLES,
    Column("one", Number, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Number, nullable=False),
)

TERM: Micros = 15_000_000
"""For so long it is one instance's, unless renewed: longer than publishing a batch may take."""


def lease(engine: Engine, holder: str, now: Micros) -> bool:
    """Whether the instance `holder` may publish: nobody else does, nor did before the term was over."""
    with engine.begin() as connection:
        if connection.execute(select(LEASE.c.one)).first() is None:
            connection.execute(insert(LEASE).values(one=1, holder=holder, until=0))
        free = or_(LEASE.c.holder == holder, LEASE.c.until < now)
        return connection.execute(update(LEASE).where(free).values(holder=holder, until=now + TERM)).rowcount == 1
