"""A short life of the whole shop in which each pattern has its scene, for the pictures of `docs/patterns`.

It runs as `make shop` runs it: a broker, an ingester, every service in a process of its own, troubles on purpose.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

import seed.shop
from eventstore import EventStore, Head, clock, format_time
from seed.broker import broker, free_port
from seed.shop.bus import make_topics
from seed.shop.platform.fleet import fleet
from seed.shop.platform.supervisor import Program, Supervisor
from seed.shop.platform.troubles import Trouble
from seed.shop.settings import Saga, Settings
from tests.shop.services import until
from tests.shop.street import Street

TOPICS = Path(seed.shop.__file__).with_name("shop.toml")
SKU = "mug"
LATER = ("packed", "shipped", "delivered")
START = 120.0
"""How long the whole shop may take to come up, in seconds."""
LOOK = 0.3
"""How often our customer looks whether it is so, in seconds: more would be a load of its own."""

Notes = dict[str, str]
"""What the scenes leave behind: the id of each one's order, the time of each one's moment."""


class Stage:
    """The running shop, with one customer of ours among the others. What is in `held` does not run yet."""

    def __init__(self, folder: Path, street: Street, held: Mapping[str, Sequence[Program]]) -> None:
        self.street, self._folder, self._held = street, folder, held
        # until it starts, minutes later, nobody else may take its ports
        self._kept = [socket.create_server(("127.0.0.1", int(one.environment["SHOP_PORT"]))) for one in held["third"]]
        until(lambda: {"users", "products"} <= set(street.there()), START)
        street.offer(SKU, 1_000)
        self.anna = until(self._registered, START)

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Run what was held back, for as long as the block does."""
        with Supervisor(self._folder, self._held[name], print):
            yield

    @contextmanager
    def trouble(self, service: str, trouble: Trouble) -> Iterator[None]:
        """Let a service have that trouble for the block."""
        self.street.supervisor.troubles.begin(service, trouble)
        time.sleep(1.0)  # until it is noticed
        yield
        self.street.supervisor.troubles.end([service])

    def free_ports(self) -> None:
        """Leave the ports of the third instance to it."""
        while self._kept:
            self._kept.pop().close()

    def order(self, country: str = "DE") -> str:
        """Order something to that country, as soon as it can be; its id."""
        answer = until(
            lambda: (got := self.street.order(self.anna, SKU, country)).status_code == 201 and got, START, every=LOOK
        )
        return str(answer.json()["order_id"])

    def until_it_is(self, order: str, *states: str) -> str:
        """Wait until the order is in one of these states; the order."""
        until(lambda: self.street.status(self.anna, order) in states, START, every=LOOK)
        return order

    def until_payment(self, order: str, state: str) -> str:
        """Wait until the order's payment is in that state; the order."""
        until(
            lambda: ((self.street.full(self.anna, order).get("payment")) or {}).get("status") == state,
            START,
            every=LOOK,
        )
        return order

    def change(self, **said: Any) -> None:
        """Change the product, behind the gateway's back."""
        products = self.street.there()["products"][0]["direct"]
        httpx.put(f"{products}/products/{SKU}", json=said, timeout=10).raise_for_status()

    def _registered(self) -> dict[str, str] | None:
        try:
            return self.street.customer()
        except (AssertionError, httpx.HTTPError):  # the gateway has not found the users yet
            return None


def choreography(stage: Stage) -> Notes:
    """All scenes in which services react to each other."""
    with stage.running("first release"):
        notes = {"first shape": stage.until_it_is(stage.order(), "paid", *LATER)}
    with stage.running("orders"):
        notes["whole"] = stage.until_it_is(stage.order(), "delivered")
        notes["undone"] = stage.until_it_is(stage.order("nowhere"), "refunded")
        for scene in (carried, twice, late_answers, waiting, third, without_orders, slow, killed):
            notes |= scene(stage)
            time.sleep(5)
    return notes


def carried(stage: Stage) -> Notes:
    """A price changes, then the products are gone; orders are taken all the same."""
    stage.change(price=12)
    time.sleep(2)
    with stage.trouble("products", Trouble.KILL):
        order = stage.order()
        time.sleep(8)
    return {"carried": stage.until_it_is(order, "paid", *LATER)}


def twice(stage: Stage) -> Notes:
    """The orders say everything twice."""
    with stage.trouble("orders", Trouble.DUPLICATE):
        return {"twice": stage.until_it_is(stage.order(), "delivered")}


def late_answers(stage: Stage) -> Notes:
    """The card provider takes the money, and answers too late."""
    with stage.trouble("cards", Trouble.SLOW):
        order = stage.order()
        time.sleep(8)
    return {"asked again": stage.until_payment(order, "completed")}


def waiting(stage: Stage) -> Notes:
    """The payments are cut off while one is under way, which then goes through."""
    with ExitStack() as cut:
        with stage.trouble("cards", Trouble.SLOW):
            order = stage.until_payment(stage.order(), "pending")
            cut.enter_context(stage.trouble("payments", Trouble.PARTITION))
        time.sleep(14)
        moment = now()
    return {"waiting": stage.until_it_is(order, "paid", *LATER), "cut off": moment}


def third(stage: Stage) -> Notes:
    """A third instance of the payments joins, and leaves."""
    stage.free_ports()
    with stage.running("third"):
        until(lambda: len(stage.street.there().get("payments", ())) == 3, 30)
        time.sleep(12)
        return {"third": now()}


def without_orders(stage: Stage) -> Notes:
    """The write side is down, and a customer looks at an order."""
    order = stage.until_it_is(stage.order(), "delivered")
    with stage.trouble("orders", Trouble.KILL):
        for _ in range(20):
            stage.until_it_is(order, "delivered")
            time.sleep(0.5)
        return {"read": order, "no writer": now()}


def slow(stage: Stage) -> Notes:
    """The payments are slow, and many customers look at once: first the bulkhead is full, then the breaker opens."""
    order = stage.order()
    with stage.trouble("payments", Trouble.SLOW), ThreadPoolExecutor(14) as pool:
        list(pool.map(lambda _: stage.street.full(stage.anna, order), range(14)))
        time.sleep(2)  # the breaker rests for longer
        moment = now()
        for _ in range(3):
            list(pool.map(lambda _: stage.street.full(stage.anna, order), range(14)))
            time.sleep(2)
        return {"slow": moment, "slow still": now()}


def killed(stage: Stage) -> Notes:
    """All payments are killed."""
    with stage.trouble("payments", Trouble.KILL):
        time.sleep(10)
        return {"killed": now()}


def orchestration(stage: Stage) -> Notes:
    """One order that goes well, one that must be undone after it was paid."""
    with stage.running("orders"):
        notes = {"led": stage.until_it_is(stage.order(), "delivered")}
        notes["undone"] = stage.until_it_is(stage.order("nowhere"), "refunded")
        time.sleep(2)
    return notes


SCENES: Mapping[Saga, Callable[[Stage], Notes]] = {"choreographed": choreography, "orchestrated": orchestration}
"""What is played in each of the two runs."""


def now() -> str:
    """This time, as a link carries it."""
    return format_time(clock.now())


@contextmanager
def staged(folder: Path, saga: Saga) -> Iterator[Stage]:
    """The shop in that folder, its events in `shop.db` there.

    Held back are the orders in both their releases, and a third instance of the payments.
    """
    with broker(folder / "kafka") as started:
        make_topics(started.servers)
        shutil.copy(TOPICS, folder / "chronoscope.toml")
        told = Settings(name="", kafka=started.servers, saga=saga, orders_a_minute=40, told_every=5.0, breaker=3)
        told = replace(told, rate="9999/minute")  # our customer looks often
        programs = fleet(folder, f"sqlite:///{folder}/databases", told, gateway=free_port(), instances={"payments": 3})
        running, held = _held_back(programs)
        with ingesting(folder, started.servers), Supervisor(folder, running, print) as supervisor:
            street = Street(supervisor, {one.name: one for one in programs}, folder)
            yield Stage(folder, street, held)
            street.gateway.close()


def _held_back(programs: Sequence[Program]) -> tuple[list[Program], dict[str, list[Program]]]:
    orders = [one for one in programs if one.name == "orders-1"]
    third = [one for one in programs if one.name.startswith("payments-3")]
    first = [one._replace(arguments=("tests.shop.first_release",)) for one in orders]
    held = {"orders": orders, "first release": first, "third": third}
    return [one for one in programs if one not in [*orders, *third]], held


@contextmanager
def ingesting(folder: Path, servers: str) -> Iterator[None]:
    """Read everything into the folder's store; at the end, until nothing comes any more."""
    url = f"sqlite:///{folder / 'shop.db'}"
    told = {"CHRONOSCOPE_DATABASE_URL": url, "CHRONOSCOPE_KAFKA_SERVERS": servers}
    command = [sys.executable, "-m", "app", "ingest"]
    with (folder / "ingest.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | told, stdout=log, stderr=log)
        try:
            yield
            until_still(url)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def until_still(url: str) -> None:
    """Wait until the store has heard the last of it."""
    with EventStore.open(url) as store:
        heads: list[Head | None] = [None, store.head()]
        while heads[-1] != heads[-2]:
            time.sleep(3)
            heads.append(store.head())
