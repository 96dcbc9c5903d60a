"""The inbox: the ids of handled messages, written in the transaction of what the handler did.

The bus delivers at least once; with this, each message has its effects exactly once.
"""

from collections.abc import Callable

from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, insert, select

from seed.shop.bus import Handler
from seed.shop.messages import Message

TABLES = MetaData()
INBOX = Table("inbox", TABLES, Column("message_id", Text, primary_key=True))


def once(engine: Engine, handler: Callable[[Connection, Message], None]) -> Handler:
    """The handler as the bus wants it: run in one transaction with the note that the message was taken in.

    Where two instances get the same message at once, the second fails on the note, and finds it done the next time.
    """

    def taken_in(message: Message) -> None:
        with engine.begin() as connection:
            if connection.execute(select(INBOX).where(INBOX.c.message_id == message.id)).first() is None:
                connection.execute(insert(INBOX).values(message_id=message.id))
                handler(connection, message)

    return taken_in
