"""Who buys: each customer follows from the number of their first order, so nobody needs to be kept."""

from dataclasses import dataclass

from seed.course import Course
from seed.dice import Dice

_FIRST_NAMES = (
    "Anna Ben Clara David Elena Farid Greta Henrik Ines Jonas Katarzyna Luca Maria Noah Olga Paul Quentin Rosa Samuel "
    "Tereza Ugo Vera William Xenia Yusuf Zoe Aisha Bruno Chloé Dmitri Emma Finn Giulia Hugo Iris Jakub Léa Mateo Nora "
    "Oscar Petra Rafael Sofia Théo Ursula Viktor Wanda Ömer Siân Željka"
)
_LAST_NAMES = (
    "Almeida Bauer Costa Dubois Eriksson Fischer García Hansen Ivanova Jansen Kowalski Lindqvist Moreau Novák O'Brien "
    "Pereira Rossi Schmidt Taylor Urban Virtanen Weber Yilmaz Zimmermann Bianchi Clarke Díaz Evans Ferrari Gruber "
    "Horvat Jørgensen Keller Laurent Martins Nielsen Petit Rousseau Sørensen Torres Vogel Wagner Çelik Müller"
)
_CITY_LIST = (
    "Berlin DE 10|Hamburg DE 20|München DE 80|Leipzig DE 04|Köln DE 50|Wien AT 10|Graz AT 80|Zürich CH 80|Basel CH 40|"
    "Paris FR 75|Lyon FR 69|Nantes FR 44|Madrid ES 28|Sevilla ES 41|Lisboa PT 11|Porto PT 40|Milano IT 20|Torino IT 10|"
    "Amsterdam NL 10|Utrecht NL 35|Antwerpen BE 20|Gent BE 90|Praha CZ 11|Brno CZ 60|Helsinki FI 00|Tampere FI 33|"
    "Dublin IE 02|Cork IE 12|London GB 11|Leeds GB 22|Bristol GB 33|Glasgow GB 44"
)
_STREET_LIST = (
    "Mill Lane,Station Road,Hauptstraße,Gartenweg,Rue des Lilas,Via Roma,Calle Mayor,Kerkstraat,Lindenallee,Am Markt"
)
_FIRST, _LAST, _CITIES, _STREETS = (
    _FIRST_NAMES.split(),
    _LAST_NAMES.split(),
    _CITY_LIST.split("|"),
    _STREET_LIST.split(","),
)
_CURRENCIES = {"GB": "GBP", "CH": "CHF"}
_LETTERS = str.maketrans("éíáãçøåöüßžâğł", "eiaacoaouszagl", "' ")


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with a name and an address. `id` is what other events call them."""

    id: str
    first_name: str
    last_name: str
    email: str
    street: str
    postcode: str
    city: str
    country: str

    @property
    def currency(self) -> str:
        """The money that they pay with."""
        return _CURRENCIES.get(self.country, "EUR")

    @property
    def address(self) -> dict[str, str]:
        """Where parcels go, as orders carry it."""
        return {"street": self.street, "postcode": self.postcode, "city": self.city, "country": self.country}


def customer(course: Course, number: int) -> Customer:
    """The customer who came with the order of that number."""
    dice = Dice(f"{course.random_seed}/customer/{number}")
    first, last = dice.one_of(_FIRST), dice.one_of(_LAST)
    city, country, area = dice.one_of(_CITIES).split()
    plain = f"{first}.{last}".lower().translate(_LETTERS)
    return Customer(
        id=str(1000 + number),
        first_name=first,
        last_name=last,
        email=f"{plain}{dice.between(1, 99)}@example.{dice.one_of(('com', 'org', 'net'))}",
        street=f"{dice.one_of(_STREETS)} {dice.between(1, 140)}",
        postcode=f"{area}{dice.between(100, 999)}",
        city=city,
        country=country,
    )


def is_new(course: Course, number: int) -> bool:
    """Whether the order of that number is its customer's first; in the first days all are."""
    return number < max(20, course.orders // 40) or Dice(f"{course.random_seed}/new/{number}").chance(0.42)


def buyer(course: Course, number: int) -> int:
    """The number of the order with which this order's customer came: itself, or one well before it."""
    if is_new(course, number):
        return number
    dice = Dice(f"{course.random_seed}/buyer/{number}")
    while True:
        earlier = int(dice.throw() * 0.97 * number)
        if is_new(course, earlier):
            return earlier
