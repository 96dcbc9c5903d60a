"""Users: who they are, and that it is they."""

import secrets
from typing import Any

import msgspec
from sqlalchemy import Column, MetaData, Table, Text, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from seed.shop.errors import AlreadyThere, NotAuthenticated, NotFound
from seed.shop.host import Desk, Host, body
from seed.shop.tokens import token

TABLES = MetaData()
USERS = Table(
    "users",
    TABLES,
    Column("customer_id", Text, primary_key=True),
    Column("email", Text, unique=True, nullable=False),
    Column("password", Text, nullable=False),
    *[Column(name, Text, nullable=False) for name in ("first_name", "last_name", "city", "country", "phone")],
)
PUBLIC = [USERS.c[name] for name in ("customer_id", "email", "first_name", "last_name", "city", "country", "phone")]

NOBODY = generate_password_hash(secrets.token_hex())
"""Checked where there is no such user, so that the time of the answer does not tell."""


class Registration(msgspec.Struct):
    """What somebody says of themselves."""

    email: str
    password: str
    first_name: str
    last_name: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""


class Credentials(msgspec.Struct):
    """How somebody proves who they are."""

    email: str
    password: str


class Users:
    """Registers and authenticates. Passwords are kept as salted hashes alone."""

    def __init__(self, host: Host) -> None:
        self._secret, self._desk = host.settings.secret, Desk(host, TABLES)
        host.route("POST", "/register", self.register)
        host.route("POST", "/authenticate", self.authenticate)
        host.route("GET", "/users/<customer_id>", self.user)

    def register(self) -> tuple[Any, int]:
        """Open an account, and tell of it. Raises AlreadyThere for an e-mail that has one."""
        said = msgspec.structs.asdict(body(Registration))
        customer = secrets.token_hex(4)
        hashed = generate_password_hash(said.pop("password"))
        try:
            with self._desk.engine.begin() as connection:
                connection.execute(insert(USERS).values(customer_id=customer, password=hashed, **said))
                about = {"customer_id": customer, **said}
                self._desk.tell(connection, "customers", "User Registered", customer, about)
        except IntegrityError:
            raise AlreadyThere("user", said["email"]) from None
        return {"customer_id": customer}, 201

    def authenticate(self) -> Any:
        """A token, for e-mail and password. Raises NotAuthenticated for a pair that we do not know."""
        said = body(Credentials)
        with self._desk.engine.connect() as connection:
            found = connection.execute(select(USERS).where(USERS.c.email == said.email)).first()
        if not check_password_hash(found.password if found else NOBODY, said.password) or found is None:
            raise NotAuthenticated("E-mail and password do not belong together")
        return {"token": token(self._secret, found.customer_id), "customer_id": found.customer_id}

    def user(self, customer_id: str) -> Any:
        """Who that is. Raises NotFound."""
        with self._desk.engine.connect() as connection:
            found = connection.execute(select(*PUBLIC).where(USERS.c.customer_id == customer_id)).first()
        if found is None:
            raise NotFound("user", customer_id)
        return dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
