"""Each service's database is its own: on PostgreSQL no other's credentials open it."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy.engine import make_url

from seed.shop.database import create_databases
from tests.parts import postgres
from tests.parts.kafka import Kafka
from tests.shop.services import Shop, until

pytestmark = pytest.mark.real("postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The administrator's address of a server of our own: roles and databases are its, not a test's."""
    with postgres.server() as started:
        yield started.url.replace("postgresql://", "postgresql+psycopg://")


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def test_no_service_opens_the_database_of_another(server: str) -> None:
    urls = create_databases(server, ["users", "payments"])
    for name, url in urls.items():
        with psycopg.connect(plain(url)) as own:
            own.execute(f"CREATE TABLE of_{name} (one int)")
    for name, other in (("users", "payments"), ("payments", "users")):
        url = make_url(urls[name]).set(database=other).render_as_string(hide_password=False)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(plain(url))


def test_without_that_any_role_opens_any_database(server: str) -> None:
    urls = create_databases(server, ["naive_users", "naive_payments"])
    with psycopg.connect(plain(server), autocommit=True) as administrator:
        administrator.execute("GRANT CONNECT ON DATABASE naive_payments TO PUBLIC")
    url = make_url(urls["naive_users"]).set(database="naive_payments").render_as_string(hide_password=False)
    with psycopg.connect(plain(url)) as opened:
        assert opened.execute("SELECT current_database()").fetchone() == ("naive_payments",)


def test_made_again_a_database_keeps_its_tables_and_gets_a_new_password(server: str) -> None:
    first = create_databases(server, ["kept"])["kept"]
    with psycopg.connect(plain(first)) as connection:
        connection.execute("CREATE TABLE kept (one int)")
    second = create_databases(server, ["kept"])["kept"]
    with psycopg.connect(plain(second)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(plain(first))


@pytest.mark.real("kafka")
def test_an_order_goes_through_services_on_postgresql(server: str, kafka: Kafka) -> None:
    shop = Shop(kafka, server)
    try:
        shop.start("cards", "users", "products", "orders", "order-views", "payments", "shipping", "notifications")
        shop.offer("mug", 12.5, 3)
        orders = [shop.order(), shop.order(card="declined"), shop.order(ship_to={"country": "nowhere"})]
        until(lambda: [shop.status(order) for order in orders] == ["delivered", "cancelled", "refunded"])
        product = until(lambda: (found := shop.get("products", "/products/mug"))["reserved"] == 0 and found)
        assert product["on_hand"] == 2
        assert shop.get("cards", "/ledger") == {"charges": 2, "captured": 25, "refunded": 12.5}
    finally:
        shop.stop()
