"""Keeping read models level beside a writer of the log, which must never stop for them."""

from collections.abc import Callable, Sequence

from eventstore import clock
from eventstore.builds import builds
from eventstore.core.projection import Projection, load
from eventstore.errors import BadProjection
from eventstore.projector.following import Projector
from eventstore.store import EventStore

GRACE = 10.0
"""How long, in seconds, read models may still be brought level once the writer was told to end."""


class Leveller:
    """Projects beside a writer. What goes wrong here is said once, as a sentence, and raises nothing.

    `modules` define the read models, as settings name them; without any only the log itself is counted.
    """

    def __init__(self, store: EventStore, modules: Sequence[str], say: Callable[[str], None]) -> None:
        self._store, self._say, self._said = store, say, set[str]()
        self._projections = self._loaded(modules)
        self._projector = Projector(store, self._projections)

    def advance(self, seconds: float) -> None:
        """Take in what came, for about so long and at least one batch."""
        self._catch_up(_spent(seconds))

    def settle(
        self, *, ending: Callable[[], bool] = lambda: False, on_progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Bring all level. Once `ending` says so, only for `GRACE` longer; how far that came is then said."""
        over = _spent(GRACE, ending)
        self._catch_up(over, on_progress)
        if over():
            self._say_behind()

    def _loaded(self, modules: Sequence[str]) -> list[Projection]:
        try:
            return load(modules)
        except BadProjection as error:
            self._tell(f"Nothing is projected. {error}")
            return []

    def _catch_up(self, stop: Callable[[], bool], on_progress: Callable[[int, int], None] | None = None) -> None:
        try:
            self._projector.catch_up(stop=stop, on_progress=on_progress)
            self._say_left()
        except Exception as error:  # noqa: BLE001 - whatever it is, the log goes on: read models can be made anew
            self._tell(f"Read models fall behind ({type(error).__name__}). {error}")

    def _say_left(self) -> None:
        """Say which builds the projector had to leave."""
        for one in self._store.database.read(builds):
            if one.failure is not None and one.state != "old":
                self._tell(f"The read model {one.projection} stands at position {one.position:,}: {one.failure}")

    def _say_behind(self) -> None:
        names = {one.name for one in self._projections}
        head = self._store.head().position
        found = [one for one in self._store.database.read(builds) if one.projection in names and one.state == "live"]
        behind = max((head - one.position for one in found), default=0)
        if behind:
            self._tell(f"Read models are {behind:,} events behind; `chronoscope project` brings them level.")

    def _tell(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._say(line)


def _spent(seconds: float, counting: Callable[[], bool] = lambda: True) -> Callable[[], bool]:
    """Whether so many seconds passed since it was first asked while `counting`."""
    since: list[float] = []

    def spent() -> bool:
        if not since and counting():
            since.append(clock.elapsed())
        return bool(since) and clock.elapsed() - since[0] >= seconds

    return spent
