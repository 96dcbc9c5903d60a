"""What the shop sells, and for how much at which time."""

from dataclasses import dataclass
from decimal import Decimal

from eventstore import Micros
from seed.course import DAY, SALE_DAY
from seed.dice import Dice

PRICE_RISE = 28
"""The day from which every fifth product costs more."""

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Product:
    """One thing on sale. `wanted` is its share of all sales, in parts of the sum; `price` its first price."""

    sku: str
    name: str
    price: Decimal
    wanted: int
    rises: bool

    def price_on(self, day: int) -> Decimal:
        """Its price on that day from the start: a fifth less in the sale, more after the price rise."""
        price = self.price * Decimal("1.08") if self.rises and day >= PRICE_RISE else self.price
        return (price * Decimal("0.8") if day == SALE_DAY else price).quantize(_CENT)


_SHELVES = {
    "TEA": "Assam Breakfast Tea 250 g:8.90 Darjeeling First Flush 100 g:14.50 Jasmine Pearls 100 g:16.90 "
    "Earl Grey 250 g:9.40 Rooibos Vanilla 200 g:7.20 Matcha Ceremonial 30 g:24.00 Peppermint Leaves 150 g:5.90",
    "COF": "House Espresso 1 kg:22.90 Ethiopia Yirgacheffe 250 g:12.40 Colombia Huila 500 g:17.80 "
    "Decaf Brazil 500 g:16.20 Cold Brew Blend 500 g:15.60 Christmas Roast 250 g:11.90",
    "POT": "Cast Iron Teapot 0.8 l:54.00 Glass Teapot 1.2 l:34.90 Stoneware Mug, moss:14.90 Stoneware Mug, sand:14.90 "
    "Porcelain Cup Set of 4:42.00 Travel Mug 0.4 l:27.50 Double-wall Glasses, pair:19.90 Sugar Bowl:12.00",
    "BRW": "Pour-over Dripper:18.90 Filter Papers, 100:5.40 Gooseneck Kettle:79.00 French Press 1 l:32.00 "
    "Hand Grinder:64.90 Electric Grinder:139.00 Milk Frother:24.90 Kitchen Scale:29.90 Tea Infuser:8.50",
    "SWT": "Shortbread Tin:9.80 Dark Chocolate 72 %:4.20 Almond Cantuccini:6.90 Orange Marmalade:5.80 "
    "Heather Honey 500 g:11.20 Salted Caramels:7.40",
    "GFT": "Gift Box for Tea:39.00 Gift Box for Coffee:45.00 Gift Card:25.00 Brewing Course, Saturday:69.00",
}


def _shelf(prefix: str, goods: str, before: int) -> list[Product]:
    """The products of one shelf: names and prices as they stand in its text."""
    found: list[Product] = []
    words: list[str] = []
    for word in goods.split():
        name, colon, price = word.rpartition(":")
        words.append(name if colon else word)
        if colon:
            number = before + len(found)
            sku = f"{prefix}-{101 + 7 * len(found)}"
            found.append(
                Product(sku, " ".join(words), Decimal(price), 4 + 60 // (2 + number * 5 % 23), number % 5 == 2)
            )
            words = []
    return found


def _catalogue() -> tuple[Product, ...]:
    found: list[Product] = []
    for prefix, goods in _SHELVES.items():
        found += _shelf(prefix, goods, len(found))
    return tuple(found)


CATALOGUE = _catalogue()
"""What anybody may buy at any time."""

POSTER = Product("ART-001", "Signed Poster, the only one", Decimal("120.00"), 0, rises=False)
"""There is one of it, two customers want it: it is bought in a story only."""

EVERYTHING = (*CATALOGUE, POSTER)

_LADDER = tuple(product for product in CATALOGUE for _ in range(product.wanted))


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a product, at the price of the day."""

    product: Product
    quantity: int
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """What the line costs."""
        return self.price * self.quantity


def basket(dice: Dice, day: int) -> tuple[Line, ...]:
    """What a customer takes that day: one to four different things."""
    wanted = 1 + dice.chance(0.42) + dice.chance(0.18) + dice.chance(0.06)
    chosen = {product.sku: product for product in (dice.one_of(_LADDER) for _ in range(wanted))}
    return tuple(Line(one, 1 + dice.chance(0.2) + dice.chance(0.05), one.price_on(day)) for one in chosen.values())


def day_of(start: Micros, at: Micros) -> int:
    """The day of the story, from 0."""
    return (at - start) // DAY


def daily_demand(product: Product, orders: int, days: int) -> float:
    """How many of a product the shop sells on a usual day."""
    return 1.9 * orders / days * product.wanted / len(_LADDER)
