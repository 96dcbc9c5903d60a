"""Up to the order: somebody registers, fills a cart, and orders."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from seed.course import MINUTE, RELEASE, SECOND, Course
from seed.customers import Customer, buyer, customer
from seed.flow import Flow, Move
from seed.goods import Line, basket, day_of

CHANNELS = ("web", "web", "web", "app")


class Sale(Flow):
    """A flow with a customer in it, and what they want. `order` is the id of the order, the cart's too."""

    def __init__(self, course: Course, kind: str, number: int, begins: int) -> None:
        super().__init__(course, kind, number, begins)
        self.comes_first = buyer(course, number) == number
        self.customer: Customer = customer(course, buyer(course, number))
        self.order = str(1000 + number)
        self.lines: tuple[Line, ...] = basket(self.dice, day_of(course.start, begins))
        self.channel = self.dice.one_of(CHANNELS)
        self.attempts = 0

    @property
    def total(self) -> Decimal:
        """What the order costs."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def wanted(self) -> dict[str, int]:
        """The goods of the order: how many of each sku."""
        return {line.product.sku: line.quantity for line in self.lines}

    @property
    def old(self) -> bool:
        """Whether services still write the first shape."""
        return self.offset < RELEASE

    def spelled(self, named: str) -> str:
        """The type as this customer's front end writes it: the app leaves the spaces out."""
        return named.replace(" ", "") if self.channel == "app" else named

    def money(self, amount: Decimal) -> dict[str, Any]:
        """An amount in the customer's currency."""
        return {"amount": amount, "currency": self.customer.currency}


def register(sale: Sale) -> None:
    """The customer opens an account; their first mail welcomes them."""
    person = sale.customer
    data: dict[str, Any] = {"customer_id": person.id}
    if sale.old:
        data |= {"name": f"{person.first_name} {person.last_name}", "mail": person.email}
    else:
        data |= {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
        data |= {"city": person.city, "country": person.country}
    sale.tell("customers", sale.spelled("User Registered"), person.id, data, old=sale.old)
    sale.wait(15 * SECOND, 90 * SECOND)
    mail(sale, "welcome", f"Welcome to Leaf & Bean, {person.first_name}!")


def fill_cart(sale: Sale) -> None:
    """The customer looks around and takes what they want; sometimes they put a thing back."""
    cart, dice = sale.order, sale.dice
    sale.tell("carts", sale.spelled("Cart Created"), cart, {"customer_id": sale.customer.id, "channel": sale.channel})
    for line in sale.lines:
        sale.wait(12 * SECOND, 3 * MINUTE)
        sale.tell("carts", sale.spelled("Item Added"), cart, _item(line))
    if dice.chance(0.08):
        sale.wait(20 * SECOND, 2 * MINUTE)
        extra = dice.one_of(basket(dice, day_of(sale.course.start, sale.now)))
        if extra.product.sku not in sale.wanted:
            sale.tell("carts", sale.spelled("Item Added"), cart, _item(extra))
            sale.wait(15 * SECOND, 2 * MINUTE)
            sale.tell("carts", sale.spelled("Item Removed"), cart, {"sku": extra.product.sku})


def check_out(sale: Sale) -> None:
    """The customer orders what is in the cart."""
    sale.wait(20 * SECOND, 4 * MINUTE)
    data = {"order_id": sale.order, "total": sale.total, "currency": sale.customer.currency}
    sale.tell("carts", sale.spelled("Cart Checked Out"), sale.order, data)
    sale.wait(900_000, 3 * SECOND)
    place(sale)


def place(sale: Sale) -> None:
    """The order is there. The first shape called it placed, and its sum `amount`, a text."""
    about = (("customer", sale.customer.id),)
    if sale.old:
        data: dict[str, Any] = {"order_id": sale.order, "user": sale.customer.id, "amount": str(sale.total)}
        data["items"] = [line.product.sku for line in sale.lines for _ in range(line.quantity)]
        sale.tell("orders", sale.spelled("Order Placed"), sale.order, data, old=True, objects=about)
        return
    data = {"order_id": sale.order, "customer_id": sale.customer.id, "items": [_item(line) for line in sale.lines]}
    data |= {"total": sale.total, "currency": sale.customer.currency, "ship_to": sale.customer.address}
    sale.tell("orders", sale.spelled("Order Created"), sale.order, data, objects=about)


def reserve(sale: Sale) -> None:
    """The warehouse puts the goods aside, all in one moment, and the order is confirmed."""
    sale.wait(1_200_000, 4 * SECOND)
    _per_line(sale, "Stock Reserved", Move.RESERVE)
    sale.wait(1_100_000, 3 * SECOND)
    sale.tell("orders", "Order Confirmed", sale.order, {"order_id": sale.order, "reserved": len(sale.lines)})


def release(sale: Sale) -> None:
    """The goods go back onto the shelf."""
    sale.wait(1_200_000, 4 * SECOND)
    _per_line(sale, "Stock Released", Move.RELEASE)


def hand_out(sale: Sale) -> None:
    """The goods leave the shelf for the parcel."""
    _per_line(sale, "Stock Picked", Move.SHIP)


def take_back(sale: Sale) -> None:
    """The goods are on the shelf again, after the customer sent them back."""
    _per_line(sale, "Stock Returned", Move.RETURN)


def sold_out(sale: Sale) -> None:
    """There is not enough of something: no order, and an apology."""
    sale.wait(1_200_000, 4 * SECOND)
    missing = sale.lines[0].product
    about = (("order", sale.order),)
    sale.tell("stock", "Reservation Failed", missing.sku, {"sku": missing.sku, "order_id": sale.order}, objects=about)
    sale.wait(1_100_000, 3 * SECOND)
    cancel(sale, "out of stock")
    mail(sale, "cancellation", f"Sorry: {missing.name} is sold out. Your order {sale.order} is cancelled.")


def cancel(sale: Sale, reason: str) -> None:
    """There will be no order."""
    sale.tell("orders", "Order Cancelled", sale.order, {"order_id": sale.order, "reason": reason})


def mail(sale: Sale, template: str, subject: str) -> None:
    """The customer gets a mail, a moment later than now."""
    at, sale.now = sale.now, sale.now + 700_000 + sale.dice.about(3 * SECOND)
    last = sale.last
    thing = f"{sale.order}-{template}"
    data = {"to": sale.customer.email, "template": template, "subject": subject, "customer_id": sale.customer.id}
    sale.tell("notifications", "Email Sent", thing, data)
    sale.now, sale.last = at, last


def _per_line(sale: Sale, named: str, move: Move) -> None:
    cause = sale.last
    about = (("order", sale.order),)
    for line in sale.lines:
        data = {"sku": line.product.sku, "quantity": line.quantity, "order_id": sale.order}
        sale.tell("stock", named, line.product.sku, data, cause=cause, move=move, objects=about)


def _item(line: Line) -> dict[str, Any]:
    named = {"sku": line.product.sku, "name": line.product.name}
    return {**named, "quantity": line.quantity, "price": line.price}


def names(lines: Sequence[Line]) -> str:
    """What is in a parcel, in a few words."""
    first = lines[0].product.name
    return first if len(lines) == 1 else f"{first} and {len(lines) - 1} more"
