"""The gateway: who asks, how much, and an order put together from several services, whole or in part."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from seed.shop.errors import NotFound
from seed.shop.host import Host, body
from seed.shop.platform.gateway import Gateway
from seed.shop.tokens import token
from tests.parts.kafka import Kafka
from tests.shop.mesh import Mesh
from tests.shop.services import until

pytestmark = pytest.mark.real("kafka")


class Backs:
    """What stands behind the gateway: each answers for one customer, `anna`, and may be slow."""

    def __init__(self, mesh: Mesh) -> None:
        self.delays: dict[str, float] = {}
        self.got: list[dict[str, Any]] = []
        self._serve(mesh, "order-views", "/orders/<order>", lambda order: {"order_id": order, "customer_id": "anna"})
        self._serve(mesh, "payments", "/payments/<order>", lambda order: {"status": "completed"})
        self._serve(mesh, "shipping", "/shipments/<order>", self.no_shipment)
        self._serve(mesh, "users", "/users/<order>", lambda order: {"first_name": "Anna"})
        mesh.run("orders", lambda host: host.route("POST", "/create_order", self.create))

    def create(self) -> tuple[Any, int]:
        self.got.append(body(dict[str, Any]))
        return {"order_id": "7"}, 201

    def no_shipment(self, order: str) -> Any:
        raise NotFound("shipment", order)

    def _serve(self, mesh: Mesh, name: str, rule: str, answer: Any) -> None:
        def answered(order: str) -> Any:
            time.sleep(self.delays.get(name, 0.0))
            return answer(order)

        mesh.run(name, lambda host: host.route("GET", rule, answered))


class Client:
    """Somebody at the gateway."""

    def __init__(self, gateway: Host, said: str = "") -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{gateway.port}", timeout=10)
        self._client.headers["Authorization"] = f"Bearer {said}"
        self.get, self.post, self.close = self._client.get, self._client.post, self._client.close


@pytest.fixture
def mesh(kafka: Kafka) -> Iterator[Mesh]:
    with Mesh(kafka, patience=0.4) as made:
        yield made


def opened(mesh: Mesh, customer: str = "anna", **settings: Any) -> Client:
    gateway = mesh.run("gateway", Gateway, **settings)
    client = Client(gateway, token("s", customer))
    mesh_ready = Client(gateway, token("s", "anna"))
    until(lambda: not mesh_ready.get("/orders/7/full").json().get("missing", {"all": ""}))
    mesh_ready.close()
    return client


def test_an_order_is_put_together(mesh: Mesh) -> None:
    Backs(mesh)
    client = opened(mesh)
    answer = client.get("/orders/7/full")
    client.close()
    assert answer.json() == {
        "order": {"order_id": "7", "customer_id": "anna"},
        "payment": {"status": "completed"},
        "shipment": None,
        "user": {"first_name": "Anna"},
        "missing": {},
    }
    assert answer.headers["traceparent"].startswith("00-")


def test_what_does_not_answer_is_missing_and_said_to_be(mesh: Mesh) -> None:
    backs = Backs(mesh)
    client = opened(mesh)
    backs.delays["payments"] = 1.0
    answer = client.get("/orders/7/full").json()
    client.close()
    assert list(answer["missing"]) == ["payment"]
    assert "payments did not answer" in answer["missing"]["payment"]
    assert "payment" not in answer
    assert answer["user"] == {"first_name": "Anna"}


@pytest.mark.parametrize(("breaker", "in_time"), [(3, True), (0, False)], ids=["with a breaker", "without"])
def test_while_payment_is_slow_answers_stay_within_the_gateways_timeout(
    mesh: Mesh, breaker: int, in_time: bool
) -> None:
    backs = Backs(mesh)
    client = opened(mesh, breaker=breaker)
    backs.delays["payments"] = 1.0
    for _ in range(3):
        client.get("/orders/7/full")
    took = [client.get("/orders/7/full").elapsed.total_seconds() for _ in range(6)]
    client.close()
    assert [one < 0.3 for one in took] == [in_time] * 6


def test_only_who_is_known_gets_in_and_sees_only_what_is_theirs(mesh: Mesh) -> None:
    Backs(mesh)
    other = opened(mesh, "bert")
    assert other.get("/orders/7/full").status_code == 404
    assert other.get("/orders/7", headers={"Authorization": ""}).status_code == 401
    assert other.get("/orders/7", headers={"Authorization": "Bearer made.up"}).status_code == 401
    other.close()


def test_an_order_is_whose_token_says_so(mesh: Mesh) -> None:
    backs = Backs(mesh)
    client = opened(mesh)
    assert client.post("/orders", json={"customer_id": "bert", "items": []}).status_code == 201
    client.close()
    assert backs.got == [{"customer_id": "anna", "items": []}]


def test_who_asks_too_much_waits_and_others_do_not(mesh: Mesh) -> None:
    client = Client(mesh.run("gateway", Gateway, rate="10/minute"), token("s", "bert"))

    def ask(said: str) -> int:
        return client.get("/nothing", headers={"Authorization": f"Bearer {said}"}).status_code

    assert [ask(token("s", "bert")) for _ in range(11)] == [404] * 10 + [429]
    assert ask(token("s", "carl")) == 404
    # another token that is none makes nobody another
    assert [ask(f"made-up-{number}") for number in range(11)] == [404] * 10 + [429]
    client.close()
