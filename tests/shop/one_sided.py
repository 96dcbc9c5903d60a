"""The order service with both sides in one process, as a service without CQRS would be."""

import os

from seed.shop.host import Host
from seed.shop.orders.reading import OrderViews
from seed.shop.orders.writing import Orders
from seed.shop.settings import Settings

if __name__ == "__main__":
    started = Host(Settings.load(os.environ))
    Orders(started)
    OrderViews(started)
    started.run()
