"""Why a service refuses a request. Each error has the HTTP status that it is answered with.

ShopError
  NotFound          there is no such thing
  AlreadyThere      the name is taken
  NotAuthenticated  no token, or one that is not ours or too old
  OutOfStock        more is wanted than lies there free
  NotAllowed        the thing's state does not permit it
  Unreachable       another program did not answer in time, or says that it cannot
    NotAsked        it was not even asked
      NobodyThere   no instance of it is known
      BreakerOpen   it failed so often that it is left alone for a while
      BulkheadFull  as many calls to it run as may run at a time
  TooManyRequests   one customer asks more than one customer may
"""

from http import HTTPStatus


class ShopError(Exception):
    """A request that cannot be fulfilled."""

    status = HTTPStatus.BAD_REQUEST


class NotFound(ShopError):
    """There is no such thing."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(kind, name)
        self.kind, self.name = kind, name

    def __str__(self) -> str:
        return f"There is no {self.kind} {self.name!r}; the list of all says which there are."


class AlreadyThere(ShopError):
    """The name belongs to another one."""

    status = HTTPStatus.CONFLICT

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(kind, name)
        self.kind, self.name = kind, name

    def __str__(self) -> str:
        return f"The {self.kind} {self.name!r} is there already; choose another name, or change that one."


class NotAuthenticated(ShopError):
    """Nobody that we know asks."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason}. POST /authenticate with e-mail and password gives a token."


class OutOfStock(ShopError):
    """More is wanted than lies there free."""

    status = HTTPStatus.CONFLICT

    def __init__(self, sku: str, wanted: int, free: int) -> None:
        super().__init__(sku, wanted, free)
        self.sku, self.wanted, self.free = sku, wanted, free

    def __str__(self) -> str:
        return f"Of {self.sku} {self.free} are free, not {self.wanted}; order fewer, or wait for a delivery."


class NotAllowed(ShopError):
    """The thing's state does not permit it."""

    status = HTTPStatus.CONFLICT

    def __init__(self, what: str, state: str) -> None:
        super().__init__(what, state)
        self.what, self.state = what, state

    def __str__(self) -> str:
        return f"{self.what} is {self.state}, which does not permit it; look at its history."


class Unreachable(ShopError):
    """Another program did not answer in time, or says that it cannot. Whether it did what was asked is unknown."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(program, reason)
        self.program, self.reason = program, reason

    def __str__(self) -> str:
        return f"{self.program} did not answer ({self.reason}); the same request may be sent again."


class NotAsked(Unreachable):
    """The program was not even asked: it surely did nothing."""


class NobodyThere(NotAsked):
    """No instance of the service is known."""

    def __init__(self, program: str) -> None:
        super().__init__(program, "the registry knows no instance")


class BreakerOpen(NotAsked):
    """The service failed so often that it is left alone for a while. Nothing was sent."""

    def __init__(self, program: str, seconds: float) -> None:
        super().__init__(program, f"its breaker is open for {seconds:.1f} s")


class BulkheadFull(NotAsked):
    """As many calls to the service run as may run at a time. Nothing was sent."""

    def __init__(self, program: str, size: int) -> None:
        super().__init__(program, f"{size} calls to it are running already")


class TooManyRequests(ShopError):
    """One customer asks more than one customer may."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"More than {self.limit} requests came from you; ask again later."
