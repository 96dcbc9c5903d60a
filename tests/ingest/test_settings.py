"""Settings: what a file and the environment say, and what is refused with a sentence."""

from pathlib import Path

import pytest

from eventstore.envelopes.topic import TopicSettings
from eventstore.errors import BadSettings
from eventstore.settings import Settings

WHOLE = """
database_url = "sqlite:///a.db"
anchors = "a.anchors"
allowed_hosts = ["one", "two"]
mask = ["customer.email"]
projections = ["mine"]
[kafka]
servers = "broker:9092"
[limits]
merge_window = 5
message_bytes = 100
[topics.orders]
category = "order"
type = ["name"]
id = ["order:id", "order.order_id"]
data = "data"
default_type = "Order Changed"
[topics.page-views]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text)
    return file


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_everything_that_a_file_may_say(tmp_path: Path) -> None:
    assert Settings.load({}, written(tmp_path, WHOLE)) == Settings(
        database_url="sqlite:///a.db",
        kafka_servers="broker:9092",
        topics={
            "orders": TopicSettings(
                category="order",
                type=("name",),
                id=("order:id", "order.order_id"),
                data="data",
                default_type="Order Changed",
            ),
            "page-views": TopicSettings(category="page_views"),
        },
        anchors=Path("a.anchors"),
        allowed_hosts=("one", "two"),
        mask=("customer.email",),
        projections=("mine",),
        merge_window=5_000_000,
        message_bytes=100,
    )


def test_without_a_file_everything_has_a_default() -> None:
    assert Settings.load({}) == Settings()


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    env = {
        "CHRONOSCOPE_DATABASE_URL": "sqlite:///b.db",
        "CHRONOSCOPE_KAFKA_SERVERS": "b:1",
        "CHRONOSCOPE_ANCHORS": "b",
        "CHRONOSCOPE_ALLOWED_HOSTS": "x,y",
    }
    found = Settings.load(env, written(tmp_path, WHOLE))
    assert (found.database_url, found.kafka_servers, found.anchors) == ("sqlite:///b.db", "b:1", Path("b"))
    assert found.allowed_hosts == ("x", "y")


def test_which_file_counts(tmp_path: Path) -> None:
    shipped = written(tmp_path, 'database_url = "shipped"')
    assert Settings.load({}, shipped).database_url == "shipped"
    (tmp_path / "chronoscope.toml").write_text('database_url = "here"')
    assert Settings.load({}, shipped).database_url == "here"
    (tmp_path / "named.toml").write_text('database_url = "named"')
    assert Settings.load({"CHRONOSCOPE_SETTINGS": "named.toml"}, shipped).database_url == "named"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", "it is no TOML"),
        ("colour = 1", "it sets colour, which has no meaning"),
        ("kafka = 1", "kafka must be a table"),
        ("[topics]\norders = 1", "orders must be a table"),
        ("[topics.orders]\nkind = 'a'", "it sets topics.orders.kind"),
        ("[topics.orders]\nid = 'a'", "topics.orders.id must be a list of texts"),
        ("[topics.orders]\nid = [1]", "topics.orders.id must be a list of texts"),
        ("[limits]\nmerge_window = true", "limits.merge_window must be a whole number"),
        ("database_url = 1", "database_url must be a text"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, problem: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(BadSettings) as raised:
        Settings.load({}, file)
    assert problem in str(raised.value)
    assert str(file) in str(raised.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(BadSettings, match=r"nowhere\.toml cannot be used: it cannot be read"):
        Settings.load({"CHRONOSCOPE_SETTINGS": "nowhere.toml"})
