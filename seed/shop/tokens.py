"""Signed tokens: who somebody is, for whoever holds the secret. Nothing is looked up, and nobody else can make one."""

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from seed.shop.errors import NotAuthenticated

VALID = 3_600
"""How long a token serves, in seconds."""


def token(secret: str, customer: str) -> str:
    """A token for this customer."""
    return str(_signer(secret).dumps(customer))


def customer_of(secret: str, said: str) -> str:
    """The customer of a token. Raises NotAuthenticated for one that is not ours, or too old."""
    try:
        return str(_signer(secret).loads(said, max_age=VALID))
    except SignatureExpired:
        raise NotAuthenticated("The token has expired") from None
    except BadSignature:
        raise NotAuthenticated("The token is not ours") from None


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="customer")
