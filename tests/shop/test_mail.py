"""Mails go out by SMTP where there is a server, and wait in the mailbox while it is down."""

from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Receiver

from seed.broker import free_port
from tests.shop.services import Shop, until
from tests.shop.test_services import mailbox, register

pytestmark = pytest.mark.real("kafka")


class Letters(Receiver):
    """A mail server's pile."""

    def __init__(self) -> None:
        super().__init__()
        self.pile: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.pile.append(message)


@pytest.fixture
def letters() -> Iterator[tuple[Letters, Controller]]:
    """The pile, and the server that is not yet started."""
    handler = Letters()
    server = Controller(handler, hostname="127.0.0.1", port=free_port())
    try:
        yield handler, server
    finally:
        server.stop(no_assert=True)


def test_a_mail_waits_for_the_server_and_goes_out_once(
    kafka: Any, tmp_path: Any, letters: tuple[Letters, Controller]
) -> None:
    handler, server = letters
    shop = Shop(kafka, f"sqlite:///{tmp_path}", smtp=f"127.0.0.1:{server.port}")
    try:
        shop.start("users", "notifications")
        customer, email = register(shop)
        until(lambda: shop.get("notifications", f"/mailbox?customer={customer}"))
        until(lambda: "mails" in shop.hosts["notifications"].failures)
        assert mailbox(shop, customer) == []
        server.start()
        until(lambda: mailbox(shop, customer))
    finally:
        shop.stop()
    (mail,) = handler.pile
    assert (mail["To"], mail["Subject"]) == (email, "Welcome to Leaf & Bean!")
