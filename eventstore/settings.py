"""Settings, for entry points only: an explicit option, else the environment, else a file, else the default.

The file is the one that `CHRONOSCOPE_SETTINGS` names, else `chronoscope.toml` in the working directory, else the one
that the caller ships. It is TOML, and every part of it may be left out:

    database_url = "sqlite:///chronoscope.db"    # CHRONOSCOPE_DATABASE_URL
    anchors = "chronoscope.anchors"              # CHRONOSCOPE_ANCHORS: where seals are anchored; default: beside SQLite
    allowed_hosts = ["127.0.0.1", "localhost"]   # CHRONOSCOPE_ALLOWED_HOSTS, joined by commas
    mask = ["customer.email", "address"]         # paths in payloads that viewers must not see
    projections = ["my_models.py", "eventstore.projections.automatic"]    # modules and files; the first that fits

    [kafka]
    servers = "localhost:9092"                   # CHRONOSCOPE_KAFKA_SERVERS

    [limits]
    merge_window = 60                            # seconds that one partition may run ahead while catching up
    message_bytes = 1048576                      # longer messages are dead letters

    [topics.orders]                              # one table a topic; a topic without one is its own category
    category = "order"
    type = ["name"]                              # where a plain message says its type: paths, the first that is there
    default_type = "Message"                     # the type of a message that says none
    id = ["order:id", "order_id", "order.order_id"]    # the thing it is about: looked for in the data, then around it
    time = ["created_at"]                        # when it happened
    data = "data"                                # the payload within the message; without it the whole message
    event_id = ["uuid"]                          # the message's own id
    correlation_id = ["trace.flow"]
    causation_id = ["trace.cause"]

In `projections` a name that ends in `.py` is a file, beside the settings or else from the working directory.
Paths apply to plain JSON; `id` also to the data of any other envelope that names neither subject nor key.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from eventstore.core.canonical import MAX_BYTES
from eventstore.core.event import Micros
from eventstore.envelopes.topic import TopicSettings
from eventstore.errors import BadSettings

FILE = "chronoscope.toml"

ENVIRONMENT = {
    "CHRONOSCOPE_DATABASE_URL": "database_url",
    "CHRONOSCOPE_KAFKA_SERVERS": "kafka_servers",
    "CHRONOSCOPE_ANCHORS": "anchors",
    "CHRONOSCOPE_ALLOWED_HOSTS": "allowed_hosts",
}

SHIPPED = (
    "eventstore.projections.orders",
    "eventstore.projections.payments",
    "eventstore.projections.customers",
    "eventstore.projections.stock",
    "eventstore.projections.shipments",
    "eventstore.projections.notifications",
    "eventstore.projections.service_logs",
    "eventstore.projections.shop_shapes",
    "eventstore.projections.automatic",
)
"""The read models that come with it, and the upcasters of the shop. The last serves whatever no other takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, resolved. `merge_window` is in microseconds."""

    database_url: str = "sqlite:///chronoscope.db"
    kafka_servers: str = "localhost:9092"
    topics: Mapping[str, TopicSettings] = field(default_factory=dict)
    anchors: Path | None = None
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    mask: tuple[str, ...] = ()
    projections: tuple[str, ...] = SHIPPED
    merge_window: Micros = 60_000_000
    message_bytes: int = MAX_BYTES

    @property
    def anchor_file(self) -> Path | None:
        """Where seals are anchored: as set, else beside a SQLite store, else nowhere."""
        file = self.database_url.removeprefix("sqlite:///")
        beside = None if file == self.database_url else Path(f"{file}.anchors")
        return self.anchors or beside

    @classmethod
    def load(cls, env: Mapping[str, str], file: Path | None = None) -> Self:
        """The settings that this environment, and the first file there is, give. `file` is the caller's default.

        Raises BadSettings for a file that is not there, is no TOML, or holds a name or a value that has no meaning.
        """
        path = _chosen(env, file)
        found = {} if path is None else _read(path)
        for variable, name in ENVIRONMENT.items():
            if variable in env:
                found[name] = env[variable].split(",") if name == "allowed_hosts" else env[variable]
        if "anchors" in found:
            found["anchors"] = Path(found["anchors"])
        return cls(**_frozen(found))


def _chosen(env: Mapping[str, str], file: Path | None) -> Path | None:
    if "CHRONOSCOPE_SETTINGS" in env:
        return Path(env["CHRONOSCOPE_SETTINGS"])
    return Path(FILE) if Path(FILE).exists() else file


def _read(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as raised:
        raise BadSettings(str(path), f"it cannot be read ({raised.strerror})") from raised
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as raised:
        raise BadSettings(str(path), f"it is no TOML ({raised})") from raised
    return _flat(document, str(path))


def _flat(document: dict[str, Any], file: str) -> dict[str, Any]:
    """The tables of the file as the fields of `Settings`."""
    kafka, limits, topics = (_table(document, name, file) for name in ("kafka", "limits", "topics"))
    found = _checked(
        document, {"database_url": str, "anchors": str, "allowed_hosts": list, "mask": list, "projections": list}, file
    )
    servers = _checked(kafka, {"servers": str}, file, "kafka.")
    found |= {"kafka_servers": servers["servers"]} if servers else {}
    found |= _checked(limits, {"merge_window": int, "message_bytes": int}, file, "limits.")
    if "projections" in found:
        found["projections"] = [_beside(file, module) for module in found["projections"]]
    if "merge_window" in found:
        found["merge_window"] *= 1_000_000
    return found | {"topics": {name: _topic(name, _table(topics, name, file), file) for name in list(topics)}}


def _beside(file: str, module: str) -> str:
    """A module's file where it lies beside the settings; any other name as it stands."""
    beside = Path(file).parent / module
    return str(beside) if module.endswith(".py") and beside.exists() else module


def _table(document: dict[str, Any], name: str, file: str) -> dict[str, Any]:
    table = document.pop(name, {})
    if not isinstance(table, dict):
        raise BadSettings(file, f"{name} must be a table, like [{name}]")
    return table


TOPIC_KINDS: dict[str, type] = {
    one.name: str if one.name in {"category", "data", "default_type"} else list for one in fields(TopicSettings)
}


def _topic(name: str, table: dict[str, Any], file: str) -> TopicSettings:
    found = _checked(table, TOPIC_KINDS, file, f"topics.{name}.")
    if not found.get("category"):
        found["category"] = name.replace("-", "_")
    return TopicSettings(**_frozen(found))


def _frozen(found: dict[str, Any]) -> dict[str, Any]:
    """The same with its lists as tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def _checked(table: dict[str, Any], kinds: Mapping[str, type], file: str, prefix: str = "") -> dict[str, Any]:
    """The table, if all its names are known and its values of the right kind."""
    for name, value in table.items():
        if name not in kinds:
            raise BadSettings(file, f"it sets {prefix}{name}, which has no meaning (known: {', '.join(sorted(kinds))})")
        kind = kinds[name]
        texts = kind is not list or all(isinstance(one, str) for one in value)
        if not isinstance(value, kind) or isinstance(value, bool) or not texts:
            wanted = {str: "a text", int: "a whole number", list: "a list of texts"}[kind]
            raise BadSettings(file, f"{prefix}{name} must be {wanted}")
    return dict(table)
