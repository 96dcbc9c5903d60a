"""A service that dies between its database and the broker: `python -m tests.shop.dying WAY URL SERVERS PREFIX`.

`outbox` tells in the transaction, as the shop's services do; `naive` tells the broker when the transaction is over.
"""

import os
import sys

from sqlalchemy import Column, Connection, MetaData, Table, Text, event, insert

from seed.shop import lease, outbox
from seed.shop.bus import Bus
from seed.shop.database import connect
from seed.shop.messages import message
from seed.shop.outbox import Outbox

TABLES = MetaData()
THINGS = Table("things", TABLES, Column("name", Text, primary_key=True))


def main(way: str, url: str, servers: str, prefix: str) -> None:
    engine = connect(url, outbox.TABLES, lease.TABLES, TABLES)
    bus = Bus(servers, "dying", "1", prefix=prefix)
    event.listen(engine, "commit", _power_cut)
    with engine.begin() as connection:
        connection.execute(insert(THINGS).values(name="a"))
        if way == "outbox":
            Outbox(engine, "dying").put(connection, "products", "Thing Made", "a", {"name": "a"}, 0)
    bus.publish([message("dying", "products", "Thing Made", "a", {"name": "a"}, 0)])


def _power_cut(connection: Connection) -> None:
    """The power goes as soon as the commit is on disk."""
    connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
    os._exit(9)


if __name__ == "__main__":
    main(*sys.argv[1:])
