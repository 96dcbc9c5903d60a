"""Notifications: what customers are told, in a mailbox that everybody can look into, and by SMTP where there is one.

Handlers only put a message into the mailbox; `send` sends it, so that a slow mail server delays mails and nothing else.
"""

import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from functools import partial
from typing import Any

from flask import request
from sqlalchemy import Column, Connection, MetaData, Row, Table, Text, insert, select, update

from seed.shop.database import Number
from seed.shop.host import Desk, Host
from seed.shop.messages import Message
from seed.shop.trace import Trace, current, following

TABLES = MetaData()
CUSTOMERS = Table(
    "customers",
    TABLES,
    Column("customer_id", Text, primary_key=True),
    *[Column(name, Text, nullable=False) for name in ("first_name", "email", "phone")],
)
"""Whom to write to, as the user service told it."""

MAILBOX = Table(
    "mailbox",
    TABLES,
    Column("number", Number, primary_key=True),
    Column("status", Text, nullable=False, index=True),
    *[Column(name, Text, nullable=False) for name in ("channel", "customer_id", "thing", "template", "subject")],
    Column("correlation_id", Text, nullable=False),
    Column("causation_id", Text),
)
"""`status`: waiting, until the address is known and the mail server took it, then sent. `channel`: email or sms."""

SENDER = "Leaf & Bean <shop@leaf-and-bean.example>"
MAILS = {
    "Order Paid": ("confirmation", "Thank you! Your order {order_id} is paid."),
    "Order Shipped": ("shipped", "Your parcel {order_id} is on its way."),
    "Order Cancelled": ("cancellation", "Your order {order_id} is cancelled: {reason}."),
    "Order Refunded": ("refund", "We sent you {refunded} EUR for order {order_id}."),
}
"""What is written about which event."""


class Notifications:
    """Writes to customers."""

    def __init__(self, host: Host) -> None:
        self._desk, self._smtp, self._patience = Desk(host, TABLES), host.settings.smtp, host.settings.patience
        host.route("GET", "/mailbox", self.mailbox)
        host.every(0.2, "mails", self.send)
        self._desk.on("User Registered", self.welcome)
        for event, (template, text) in MAILS.items():
            self._desk.on(event, partial(self.write, template, text))

    def welcome(self, connection: Connection, message: Message) -> None:
        """Remember a new customer's address, and greet them."""
        known = {name: message.data.get(name, "") for name in ("customer_id", "first_name", "email", "phone")}
        connection.execute(insert(CUSTOMERS).values(known))
        _post(connection, "email", known["customer_id"], known["customer_id"], "welcome", "Welcome to Leaf & Bean!")

    def write(self, template: str, text: str, connection: Connection, message: Message) -> None:
        """Put a mail about an order into the mailbox; that a parcel is under way, also as a text to the phone."""
        subject, order = text.format(**message.data), message.data["order_id"]
        for channel in ("email", "sms") if template == "shipped" else ("email",):
            _post(connection, channel, message.data["customer_id"], order, template, subject)

    def send(self) -> None:
        """Send what waits, as far as the addresses are known. Raises OSError where the mail server does not take it."""
        for mail in self._waiting():
            if mail.channel == "email" and self._smtp:
                self._deliver(mail)
            with following(Trace(mail.correlation_id, mail.causation_id)), self._desk.engine.begin() as connection:
                self._mark_sent(connection, mail)

    def mailbox(self) -> Any:
        """The last messages, the newest first; with `customer`, those to them."""
        shown = [MAILBOX.c[name] for name in ("channel", "status", "customer_id", "thing", "template", "subject")]
        mails = select(*shown).order_by(MAILBOX.c.number.desc()).limit(100)
        if "customer" in request.args:
            mails = mails.where(MAILBOX.c.customer_id == request.args["customer"])
        with self._desk.engine.connect() as connection:
            return [dict(row) for row in connection.execute(mails).mappings()]

    def _waiting(self) -> Sequence[Row[Any]]:
        mails = select(MAILBOX, CUSTOMERS.c.email, CUSTOMERS.c.phone).join(
            CUSTOMERS, MAILBOX.c.customer_id == CUSTOMERS.c.customer_id
        )
        waiting = mails.where(MAILBOX.c.status == "waiting").order_by(MAILBOX.c.number).limit(50)
        with self._desk.engine.connect() as connection:
            return connection.execute(waiting).all()

    def _deliver(self, mail: Row[Any]) -> None:
        """Hand it to the mail server. Its `Message-ID` is the mail's own: one that is sent again can be told."""
        written = EmailMessage()
        written["From"], written["To"], written["Subject"] = SENDER, mail.email, mail.subject
        written["Message-ID"] = f"<{mail.thing}-{mail.template}@leaf-and-bean.example>"
        written.set_content(mail.subject)
        host, _, port = self._smtp.partition(":")
        with smtplib.SMTP(host, int(port), timeout=self._patience) as server:
            server.send_message(written)

    def _mark_sent(self, connection: Connection, mail: Row[Any]) -> None:
        same = (MAILBOX.c.number == mail.number) & (MAILBOX.c.status == "waiting")
        if not connection.execute(update(MAILBOX).where(same).values(status="sent")).rowcount:
            return
        event, to = ("Email Sent", mail.email) if mail.channel == "email" else ("SMS Sent", mail.phone)
        data = {"to": to, "template": mail.template, "subject": mail.subject, "customer_id": mail.customer_id}
        thing = f"{mail.thing}-{mail.template}" if mail.channel == "email" else f"{mail.thing}-{mail.template}-sms"
        self._desk.tell(connection, "notifications", event, thing, data, (("customer", mail.customer_id),))


def _post(connection: Connection, channel: str, customer: str, thing: str, template: str, subject: str) -> None:
    facts = {"channel": channel, "customer_id": customer, "thing": thing, "template": template, "subject": subject}
    connection.execute(insert(MAILBOX).values(status="waiting", **facts, **current()._asdict()))
