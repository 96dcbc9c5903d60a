"""What a service is told by its environment, all in variables that begin with `SHOP_`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, Self

import msgspec

PREFIX = "SHOP_"

Saga = Literal["choreographed", "orchestrated"]


@dataclass(frozen=True)
class Settings:
    """One instance of a service.

    `name` is the service's, `instance` tells its instances apart. It answers on `host`, whose `port` 0 is a free one.
    `prefix` stands before the names of topics and groups, so that several shops share a broker. `secret` signs tokens:
    the services that read them have the same. `cards` is the address of the card provider, `smtp` that of a mail server
    (`host:port`; empty: mails go to the mailbox alone). `patience` is how many seconds a call to another program may
    take, `pay_every` how often payments that are due are tried, 0: only when somebody asks for it. `pace` is how many
    seconds each leg of a parcel's way takes, `deadline` after how many an orchestrated saga no longer waits for an
    answer.

    `registry` is the registry's address (empty: the instance is not registered and finds nobody), `sidecar` that of the
    sidecar before it, by which others reach it as long as the sidecar lives. `threads` is how many requests it answers
    at a time, `bulkhead` how many of its calls to one service run at a time (0: any number), `breaker` how many of them
    fail in a row until its breaker opens (0: it never does). `rate` is how much one customer may ask of the gateway,
    `orders_a_minute` how much the simulated customers order, `told_every` after how many seconds a summary of calls is
    told. `troubles` is the folder that says what is to go wrong. A sidecar reads `log`, the file that holds the output
    of the service at `beside`.
    """

    name: str
    database_url: str = ""
    instance: str = "1"
    host: str = "127.0.0.1"
    port: int = 0
    kafka: str = "localhost:9092"
    prefix: str = ""
    secret: str = ""
    saga: Saga = "choreographed"
    cards: str = ""
    smtp: str = ""
    patience: float = 2.0
    pay_every: float = 0.2
    pace: float = 2.0
    deadline: float = 60.0
    registry: str = ""
    sidecar: str = ""
    threads: int = 8
    bulkhead: int = 4
    breaker: int = 5
    rate: str = "300/minute"
    orders_a_minute: float = 20.0
    told_every: float = 60.0
    troubles: str = ""
    log: str = ""
    beside: str = ""

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Self:
        """The settings of this environment. Raises msgspec.ValidationError for one that is missing or unreadable."""
        said = {
            name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)
        }
        return msgspec.convert(said, cls, strict=False)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make these settings, for a process of its own."""
        return {f"{PREFIX}{name.upper()}": str(value) for name, value in asdict(self).items()}
