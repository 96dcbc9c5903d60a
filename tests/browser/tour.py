"""The tour: each story of the shop solved in the browser, as steps that a person takes and a test can take.

`docs/tour.md` is written from it (`python -m tests.browser.write_tour`), and `test_tour.py` walks it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from seed.planted import Tale
from tests.browser.pages import Window

MOST_STEPS = 4
"""A person who knows the dashboard takes some five seconds a step, so a story is solved in half a minute."""


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, in words and in the browser."""

    words: str
    take: Callable[[Window], object]


@dataclass(frozen=True, slots=True)
class Solved:
    """A story: what one wants to know, the steps, what the page then shows, and the answer."""

    tale: Tale
    question: str
    steps: tuple[Step, ...]
    shows: tuple[str, ...]
    answer: str

    @property
    def slug(self) -> str:
        """Its name in file names."""
        return self.tale.name.lower().replace("_", "-")


def _go(window: Window, name: str) -> None:
    window.page.locator(f".st-key-nav_{name} a").click()


def find(name: str) -> Step:
    """Open a key by its name."""

    def take(window: Window) -> None:
        _go(window, "order")
        _type(window, "Find an order, a payment, any stream", name)
        window.page.get_by_role("heading", name=name, exact=True).wait_for()

    return Step(f"On the Time machine page (`g` `t`) type `{name}`, Enter.", take)


def _type(window: Window, label: str, said: str) -> None:
    field = window.page.get_by_label(label)
    field.fill(said)
    field.press("Enter")


def ask(condition: str, shows: str) -> Step:
    """Ask when exactly it was so."""

    def take(window: Window) -> None:
        _type(window, "When exactly?", condition)
        window.shows(shows)

    return Step(f"Into *when exactly?* type `{condition}`, Enter.", take)


def press(text: str, words: str, shows: str) -> Step:
    """Press what carries that text, and see what comes of it."""

    def take(window: Window) -> None:
        window.page.get_by_text(re.compile(rf"^\W*{re.escape(text)}$")).first.click()  # an icon may stand before it
        window.shows(shows)

    return Step(words, take)


def stand(type_: str, version: int, words: str = "") -> Step:
    """Press an event of the story, and wait until the whole page stands there."""

    def take(window: Window) -> None:
        window.settled()
        window.page.get_by_role("option").filter(has_text=type_).first.click()
        window.page.get_by_role("heading", name=f"by {type_} #{version}").wait_for()
        window.settled()

    return Step(f"Press *{type_}*{', which ' + words if words else ''}.", take)


def trace(path: str, shows: str) -> Step:
    """Press a path of the state: every value that ever stood there."""

    def take(window: Window) -> None:
        window.settled()  # a row that still moves is pressed beside
        window.page.locator(f'.story:not(.waiting) .leaf[data-path="{path}"] .path a').click()
        window.page.get_by_role("heading", name=path, exact=True).wait_for()
        window.shows(shows)
        window.settled()

    return Step(f"Press the path `{path}`: every value that it ever had.", take)


def related(key: str, status: str) -> Step:
    """Press a related key."""

    def take(window: Window) -> None:
        window.page.get_by_text(f"{key} {status}").first.click()
        window.page.get_by_role("heading", name=key, exact=True).wait_for()

    return Step(f"Press the related key `{key}`, which says *{status}*.", take)


def page(key: str, name: str, title: str) -> Step:
    """Go to another page."""
    return Step(f"Open {title} (`g` `{key}`).", lambda window: _go(window, name))


OPEN = press("Open event", "Press *Open event*.", "commit ")

TOUR = (
    Solved(
        Tale.PAID_TWICE,
        "order-2234: the customer says that she was charged twice.",
        (
            find("order-2234"),
            ask("payments > 1", "held once"),
            related("payment-2234", "partly refunded"),
        ),
        ("Payment Completed",),
        "Since 14:27:50, made so by *Order Paid #4*, 40 seconds after the first. The payment's story shows why: two "
        "attempts timed out while the service was down, and both were captured when it came back.",
    ),
    Solved(
        Tale.LATE_SCAN,
        "order-2036: refunded as lost. Was it?",
        (find("order-2036"), stand("Order Delivered", 7, "is marked late")),
        ("It came 1 d 4 h after it happened, when Order Refunded #6 was known.",),
        "It had been delivered the afternoon before the refund, but that became known 28 hours later: the refund was "
        "right by what was known.",
    ),
    Solved(
        Tale.CROSSED,
        "order-1855: cancelled or shipped?",
        (find("order-1855"), stand("Order Shipped", 6, "is marked late")),
        ("when Order Cancelled #5 was known",),
        "Both: it left 45 seconds before it was cancelled, and the carrier's message came half an hour later. By "
        "arrival the last word would be shipped; by when it happened it is cancelled, and it came back.",
    ),
    Solved(
        Tale.STUCK,
        "order-2236: why is nothing happening?",
        (find("order-2236"), related("payment-2236", "failed")),
        ("timeout",),
        "It has been *confirmed* for weeks. Its one payment attempt ended in a timeout, and nobody asked again.",
    ),
    Solved(
        Tale.LAST_ONE,
        "stock-ART-001: who got the only poster?",
        (find("stock-ART-001"), stand("Stock Reserved", 2)),
        ("2454",),
        "Order 2454, at 09:12.",
    ),
    Solved(
        Tale.TOO_LATE,
        "order-2474: why was it cancelled?",
        (find("order-2474"), stand("Order Cancelled", 2)),
        ("out of stock",),
        "Out of stock: it wanted the poster three hours after order 2454 had taken the only one.",
    ),
    Solved(
        Tale.REUSED_ID,
        "payment-1548: finance says one euro more than we do.",
        (
            page("h", "health", "Health"),
            press("same id, other content", "Press the reason *same id, other content*.", "payments/1 @407"),
            press("payments/1 @407", "Press the dead letter.", "Value"),
        ),
        ("same id, other content",),
        "The payment service gave an event id away a second time, with an amount of 1.00 more. The second message is "
        "no event; its bytes are here.",
    ),
    Solved(
        Tale.DECLINED,
        "payment-1652: why did it take so long?",
        (find("payment-1652"), trace("reason", "3 values")),
        ("card expired", "suspected fraud", "insufficient funds"),
        "Three attempts were declined, each for another reason; the fourth paid, seven and a half minutes "
        "after the first.",
    ),
    Solved(
        Tale.SENT_TWICE,
        "order-2140: the order service says that it sent everything twice.",
        (
            find("order-2140"),
            stand("Order Confirmed", 2),
            OPEN,
            press("Origin", "Open the tab *Origin*.", "repeated"),
        ),
        ("repeated",),
        "The order has each event once. The message of six minutes later is named beside the event that it repeated.",
    ),
    Solved(
        Tale.WRONG_CLOCK,
        "order-1744: packed two hours before anybody could?",
        (
            find("order-1744"),
            stand("Order Packed", 4, "is marked corrected"),
            OPEN,
        ),
        ("claimed", "by the producer, changed"),
        "The warehouse called its local time UTC. What it claimed, two hours ahead, is kept beside the time that "
        "holds: when the store learnt it.",
    ),
    Solved(
        Tale.OLD_PRICE,
        "order-2435: it paid more than the sale's price.",
        (
            find("order-2435"),
            related("cart-2435", "Cart Checked Out"),
            find("product-POT-143"),
            trace("price", "3 values"),
        ),
        ("15.92",),
        "The glasses went into the cart at 20:08 on the eve, at the eve's price; at midnight the sale began. The cart "
        "was checked out twelve minutes into it.",
    ),
    Solved(
        Tale.FIRST_SHAPE,
        "order-1025: it has no total in its message, and one on the page.",
        (
            find("order-1025"),
            stand("OrderPlaced", 1),
            OPEN,
        ),
        ("As folded",),
        "The message is told in the first shape, its sum a text called `amount`. An upcaster makes today's shape "
        "of it; both are shown.",
    ),
)
