"""The coordinator of orchestrated sagas: where each order stands, what it waits for, and until when.

It leads by commands on the bus and hears the services' events; its state is in its own database, so that it goes on
where it was after a crash. Under a choreographed saga it is not run.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, MetaData, Row, Table, Text, func, insert, select, update

from eventstore import clock
from seed.shop.database import Number
from seed.shop.host import Desk, Host
from seed.shop.messages import Message, encode
from seed.shop.sagas.orchestrated import BEGINS, COURSE, HEARD, IMPATIENT, LATE, Move
from seed.shop.trace import Trace, following

TABLES = MetaData()
SAGAS = Table(
    "sagas",
    TABLES,
    Column("order_id", Text, primary_key=True),
    Column("state", Text, nullable=False, index=True),
    Column("order", Text, nullable=False),
    Column("deadline", Number, nullable=False),
    Column("correlation_id", Text, nullable=False),
)
"""`order` is what the order said when it was created, as JSON: the commands carry it."""

_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode


class Coordinator:
    """Leads every order from its creation to its end."""

    def __init__(self, host: Host) -> None:
        self._desk, self._patience = Desk(host, TABLES), int(host.settings.deadline * 1_000_000)
        host.route("GET", "/sagas", self.sagas)
        host.every(0.2, "deadlines", self.give_up)
        self._desk.on(BEGINS, self.begin)
        for event in HEARD:
            self._desk.on(event, partial(self.hear, event))

    def begin(self, connection: Connection, message: Message) -> None:
        """Lead an order that is new."""
        order = {"order_id": message.data["order_id"], "order": encode(message.data).decode()}
        values = {**order, "state": "begun", "deadline": 0, "correlation_id": message.trace.correlation_id}
        connection.execute(insert(SAGAS).values(values))
        self.hear(BEGINS, connection, message)

    def hear(self, event: str, connection: Connection, message: Message) -> None:
        """Move on, if the order's saga waits for this event; else it is none of its business."""
        saga = connection.execute(select(SAGAS).where(SAGAS.c.order_id == message.data.get("order_id"))).first()
        move = COURSE.get((saga.state, event)) if saga else None
        if saga is not None and move is not None:
            self._move(connection, saga, move, message.data)

    def give_up(self) -> None:
        """Undo the orders for which an answer is overdue."""
        overdue = SAGAS.c.state.in_(IMPATIENT) & (SAGAS.c.deadline <= clock.now())
        with self._desk.engine.connect() as connection:
            sagas = connection.execute(select(SAGAS).where(overdue).limit(100)).all()
        for saga in sagas:
            with following(Trace(saga.correlation_id)), self._desk.engine.begin() as connection:
                self._move(connection, saga, LATE, {"reason": f"no answer while {saga.state}"})

    def sagas(self) -> Any:
        """How many sagas are in each state."""
        with self._desk.engine.connect() as connection:
            counted = connection.execute(select(SAGAS.c.state, func.count()).group_by(SAGAS.c.state))
            return {state: count for state, count in counted}  # noqa: C416 - rows are no pairs to a type checker

    def _move(self, connection: Connection, saga: Row[Any], move: Move, said: Mapping[str, Any]) -> None:
        """Note the new state and send the commands, unless another instance moved this saga meanwhile."""
        same = (SAGAS.c.order_id == saga.order_id) & (SAGAS.c.state == saga.state)
        values = {"state": move.state, "deadline": clock.now() + self._patience}
        if not connection.execute(update(SAGAS).where(same).values(values)).rowcount:
            return
        order = saga.order_id
        more = {name: said[name] for name in ("amount", "reason") if name in said}
        for step in move.steps:
            data = {**_decode(saga.order), **more}
            self._desk.tell(connection, "commands", step.value, order, data, (("order", order),))
        moved = {"order_id": order, "status": move.state, "before": saga.state, **more}
        self._desk.tell(connection, "sagas", "Saga Moved", order, moved, (("order", order),))
