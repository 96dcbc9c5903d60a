"""The fleet: which programs make up the living shop, and what each is told."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from seed.broker import free_port
from seed.shop.database import create_databases
from seed.shop.platform.supervisor import Program, logs_in, troubles_in
from seed.shop.settings import Saga, Settings

INSTANCES = {"payments": 2}
"""How many instances a service has, where it is not one."""

DATABASES = {"order-views": "orders"}
"""The read side of the orders looks at the database of the write side."""

DANCERS = ("users", "products", "orders", "order-views", "payments", "shipping", "notifications")
SERVICES = {"choreographed": DANCERS, "orchestrated": (*DANCERS, "coordinator")}
"""The services that each kind of saga needs."""

KEPT = (*(name for name in SERVICES["orchestrated"] if name not in DATABASES), "cards")
"""Services with a database of their own."""


def watched(servers: str, saga: Saga, orders: float = Settings.orders_a_minute) -> Settings:
    """What all programs of a shop to watch are told: they tell often, and their breakers open soon."""
    return Settings(name="", kafka=servers, saga=saga, orders_a_minute=orders, told_every=15.0, breaker=3)


def fleet(
    folder: Path,
    place: str,
    shop: Settings,
    *,
    gateway: int,
    host: str = "127.0.0.1",
    instances: Mapping[str, int] = INSTANCES,
) -> list[Program]:
    """All programs of the shop, those first that others need. Makes the databases at `place`.

    `shop` is what all are told alike; names, addresses and secrets are made here. The gateway answers on `host`.
    """
    urls = create_databases(place, KEPT)
    registry, cards = free_port(), free_port()
    common = replace(
        shop,
        secret=secrets.token_hex(16),
        registry=f"http://127.0.0.1:{registry}",
        cards=f"http://127.0.0.1:{cards}",
        troubles=str(troubles_in(folder)),
    )
    alone = replace(common, registry="")
    programs = [_program(replace(alone, name="registry", port=registry))]
    programs.append(_program(replace(alone, name="cards", port=cards, database_url=urls["cards"])))
    for name in SERVICES[shop.saga]:
        one = replace(common, name=name, database_url=urls.get(DATABASES.get(name, name), ""))
        programs += _instances(one, instances.get(name, 1), logs_in(folder))
    programs += _instances(replace(common, name="gateway", threads=16, host=host), 1, logs_in(folder), port=gateway)
    return [*programs, *_instances(replace(common, name="customers"), 1, logs_in(folder))]


def _instances(settings: Settings, count: int, logs: Path, port: int = 0) -> Iterator[Program]:
    """So many instances of a service, each with its sidecar, which stands before it in the registry."""
    for number in range(1, count + 1):
        sidecar = free_port()
        one = replace(settings, instance=str(number), port=port or free_port(), sidecar=f"http://127.0.0.1:{sidecar}")
        yield _program(one)
        yield _sidecar(one, sidecar, logs)


def _sidecar(beside: Settings, port: int, logs: Path) -> Program:
    settings = replace(beside, name="sidecar", instance=f"{beside.name}/{beside.instance}", port=port, threads=16)
    settings = replace(settings, host=Settings.host)
    settings = replace(settings, database_url="", registry="", sidecar="", troubles="")
    settings = replace(settings, log=str(logs / f"{beside.name}-{beside.instance}.log"))
    settings = replace(settings, beside=f"http://127.0.0.1:{beside.port}")
    name = f"{beside.name}-{beside.instance}-sidecar"
    return Program(name, "", ("seed.shop", "sidecar"), settings.environment)


def _program(settings: Settings) -> Program:
    name = f"{settings.name}-{settings.instance}"
    return Program(name, settings.name, ("seed.shop", settings.name), settings.environment)
