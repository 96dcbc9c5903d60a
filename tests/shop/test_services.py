"""Each service by its own door: HTTP in, events out."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from seed.shop.database import connect
from seed.shop.errors import NotAuthenticated
from seed.shop.tokens import customer_of
from seed.shop.users import USERS
from tests.shop.services import CLIENT, Shop, until

pytestmark = pytest.mark.real("kafka")

PASSWORD = "correct horse"


def register(shop: Shop, **more: str) -> tuple[str, str]:
    """The customer and the e-mail."""
    email = f"{secrets.token_hex(4)}@example.org"
    said = {"email": email, "password": PASSWORD, "first_name": "Zoë", "phone": "+49 30 1", **more}
    answer = shop.post("users", "/register", said)
    assert answer.status_code == 201
    return answer.json()["customer_id"], email


def test_a_token_says_who_somebody_is(running: Shop) -> None:
    customer, email = register(running)
    answer = running.post("users", "/authenticate", {"email": email, "password": PASSWORD})
    assert customer_of("s", answer.json()["token"]) == customer
    with pytest.raises(NotAuthenticated):
        customer_of("another secret", answer.json()["token"])


def test_who_does_not_know_the_password_gets_no_token(running: Shop) -> None:
    _, email = register(running)
    wrong = [running.post("users", "/authenticate", {"email": email, "password": "horse"}),
             running.post("users", "/authenticate", {"email": "nobody@example.org", "password": PASSWORD})]  # fmt: skip
    assert [answer.status_code for answer in wrong] == [401, 401]
    assert wrong[0].json() == wrong[1].json()


def test_passwords_are_kept_as_salted_hashes(running: Shop) -> None:
    ours = {register(running)[0], register(running)[0]}
    engine = connect(running.urls["users"])
    with engine.connect() as connection:
        kept = connection.execute(select(USERS.c.password).where(USERS.c.customer_id.in_(ours))).scalars().all()
    engine.dispose()
    assert len(set(kept)) == 2
    assert not any(PASSWORD in one for one in kept)


def test_an_e_mail_has_one_account(running: Shop) -> None:
    _, email = register(running)
    said = {"email": email, "password": "x", "first_name": "Y"}
    assert running.post("users", "/register", said).status_code == 409


def test_what_is_missing_in_a_request_is_named(running: Shop) -> None:
    answer = running.post("users", "/register", {"email": "a@example.org"})
    assert answer.status_code == 400
    assert "`password`" in answer.json()["message"]


def test_products_are_created_found_changed_and_deleted(running: Shop) -> None:
    assert running.post("products", "/products", {"sku": "pot", "name": "Tea pot", "price": 30}).status_code == 201
    assert running.post("products", "/products", {"sku": "pot", "name": "Another", "price": 1}).status_code == 409
    assert [one["sku"] for one in running.get("products", "/products?q=TEA")] == ["pot"]
    assert send(running, "PUT", "pot", {"price": 25.5}).json()["price"] == 25.5
    assert running.get("products", "/products/pot")["price"] == 25.5
    assert send(running, "DELETE", "pot").status_code == 200
    assert running.get("products", "/products/pot") is None


def send(shop: Shop, method: str, sku: str, said: Any = None) -> httpx.Response:
    return CLIENT.request(method, f"http://127.0.0.1:{shop.ports['products']}/products/{sku}", json=said)


def test_the_last_one_is_sold_once(running: Shop) -> None:
    running.offer("last", 5, 1)
    with ThreadPoolExecutor(8) as pool:
        wanted = [{"sku": "last", "quantity": 1}]
        orders = list(pool.map(lambda _: running.order(items=wanted), range(8)))
    until(lambda: all(running.status(order) in ("delivered", "cancelled") for order in orders))
    assert [running.status(order) for order in orders].count("delivered") == 1
    product = running.get("products", "/products/last")
    assert (product["on_hand"], product["reserved"]) == (0, 0)


def test_what_is_promised_cannot_be_deleted(running: Shop) -> None:
    running.offer("promised", 5, 5)
    running.post("cards", "/mood", {"down": True})
    order = running.order(items=[{"sku": "promised", "quantity": 2}])
    until(lambda: running.get("products", "/products/promised")["reserved"] == 2)
    assert send(running, "DELETE", "promised").status_code == 409
    running.post("cards", "/mood", {"down": False})
    until(lambda: running.status(order) == "delivered")


def test_the_same_key_makes_one_order(running: Shop) -> None:
    running.order()
    said = {"customer_id": "c1", "items": [{"sku": "mug", "quantity": 1}]}
    key, more = {"Idempotency-Key": "k-1"}, {**said, "items": [{"sku": "mug", "quantity": 3}]}
    answers = [running.post("orders", "/create_order", one, **key) for one in (said, more)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    order = answers[0].json()["order_id"]
    until(lambda: running.status(order) == "delivered")
    assert running.get("payments", f"/payments/{order}")["amount"] == 12.5


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"customer_id": "c1", "items": [{"sku": "unheard of", "quantity": 1}]}, 404),
        ({"customer_id": "c1", "items": []}, 400),
        ({"customer_id": "c1", "items": [{"sku": "mug", "quantity": 0}]}, 400),
        ({"items": [{"sku": "mug", "quantity": 1}]}, 400),
    ],
    ids=["no such product", "nothing", "none of it", "nobody"],
)
def test_an_order_that_cannot_be_is_refused(running: Shop, said: dict[str, Any], status: int) -> None:
    assert running.post("orders", "/create_order", said).status_code == status


def test_orders_are_listed_by_their_state(running: Shop) -> None:
    order = running.order(card="declined")
    until(lambda: running.status(order) == "cancelled")
    listed = running.get("order-views", "/orders?status=cancelled")
    assert order in [one["order_id"] for one in listed]
    assert {one["status"] for one in listed} == {"cancelled"}


def test_customers_find_what_happened_in_their_mailbox(running: Shop) -> None:
    customer, _ = register(running)
    order = running.order(customer_id=customer)
    until(lambda: running.status(order) == "delivered")
    mails = until(lambda: (found := mailbox(running, customer)) and len(found) == 4 and found)
    assert sorted((one["template"], one["channel"]) for one in mails) == [
        ("confirmation", "email"), ("shipped", "email"), ("shipped", "sms"), ("welcome", "email"),
    ]  # fmt: skip


def mailbox(shop: Shop, customer: str) -> list[dict[str, Any]]:
    mails = shop.get("notifications", f"/mailbox?customer={customer}")
    return [one for one in mails if one["status"] == "sent"]
