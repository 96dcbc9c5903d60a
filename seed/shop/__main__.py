"""`python -m seed.shop NAME` runs one service until SIGTERM; its settings come from the environment."""

import os
from collections.abc import Callable, Mapping

import click

from seed.shop.cards import Cards
from seed.shop.customers import Customers
from seed.shop.host import Host
from seed.shop.notifications import Notifications
from seed.shop.orders.reading import OrderViews
from seed.shop.orders.writing import Orders
from seed.shop.payments import Payments
from seed.shop.platform.discovery import register
from seed.shop.platform.gateway import Gateway
from seed.shop.platform.registry import Registry
from seed.shop.platform.sidecar import Sidecar
from seed.shop.platform.troubles import Troubled
from seed.shop.products import Products
from seed.shop.sagas.coordinator import Coordinator
from seed.shop.settings import Settings
from seed.shop.shipping import Shipping
from seed.shop.users import Users

SERVICES: Mapping[str, Callable[[Host], object]] = {
    "users": Users,
    "products": Products,
    "orders": Orders,
    "order-views": OrderViews,
    "payments": Payments,
    "shipping": Shipping,
    "notifications": Notifications,
    "coordinator": Coordinator,
    "cards": Cards,
    "registry": Registry,
    "gateway": Gateway,
    "customers": Customers,
    "sidecar": Sidecar,
}


def hosted(settings: Settings) -> Host:
    """The service of that name in its host, ready to start, and known to the registry once it has."""
    host = Host(settings)
    if settings.troubles:
        Troubled(host)
    SERVICES[settings.name](host)
    register(host)
    return host


@click.command()
@click.argument("name", type=click.Choice(list(SERVICES)))
def main(name: str) -> None:
    """Run one service of the living shop."""
    hosted(Settings.load({**os.environ, "SHOP_NAME": name})).run()


if __name__ == "__main__":
    main()
