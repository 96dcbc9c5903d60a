"""The projector's door: makes builds where they are missing, brings all level, swaps new ones in."""

from collections.abc import Callable, Iterable

from eventstore.builds import DENSE, DENSE_FINEST, FINEST, Build, State, builds, code_of, drop, make, set_state
from eventstore.core.event import Micros
from eventstore.core.history import LONG_KEY
from eventstore.core.projection import Projection
from eventstore.projector.log import LogReader
from eventstore.projector.passes import BATCH, Passes
from eventstore.projector.proving import keep, prove
from eventstore.store import EventStore

PROVED = 500
"""How many keys of a new build are compared with the replay before it is swapped in."""

_SECOND: Micros = 1_000_000


class Projector:
    """Brings everything derived level with the log. Any number may run: one gets on, the others see that it did.

    `hook` is called with the name of each point between two statements; tests stop the projector there.
    """

    def __init__(
        self,
        store: EventStore,
        projections: Iterable[Projection] = (),
        *,
        hook: Callable[[str], None] = lambda _: None,
        batch: int = BATCH,
        long_key: int = LONG_KEY,
    ) -> None:
        self._store = store
        self._projections = {(one.name, code_of(one)): one for one in projections}
        self._log = LogReader(store, hook=hook)
        self._passes = Passes(store, self._projections, hook=hook, batch=batch, long_key=long_key)

    def catch_up(
        self,
        *,
        until: int | None = None,
        stop: Callable[[], bool] = lambda: False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Follow the log up to position `until` (its end as this begins); where its counts now stand.

        `on_progress` gets the position reached and the end after each batch; behind a batch after which `stop` says so,
        this ends, however far it came. Raises what the database may refuse; what was taken in before stays.
        """
        reached = self._log.catch_up(until=until, stop=stop)
        if self._projections:
            self._make_missing()
            end = reached if until is None else min(until, reached)
            self._passes.catch_up(end, stop, on_progress or (lambda *_: None))
            self._swap_in()
        return reached

    def rebuild(self, projection: str) -> None:
        """Begin a new build beside the live one; `catch_up` fills it and swaps it in once it is level."""
        code, chosen = next((code, one) for (name, code), one in self._projections.items() if name == projection)
        finest = self._finest()
        with self._store.write() as writer:
            self._store.database.lock(writer.session)
            make(writer.session, chosen, code, state="building", finest=finest, now=self._store.now())

    def _make_missing(self) -> None:
        """A build for each projection whose code has none: live at once where nothing else answers for it."""
        if not self._missing(self._store.database.read(builds)):
            return
        finest = self._finest()
        with self._store.write() as writer:
            session = writer.session
            self._store.database.lock(session)
            found = builds(session)
            for code, one in self._missing(found):
                answered = any(build.projection == one.name and build.state == "live" for build in found)
                state: State = "building" if answered else "live"
                make(session, one, code, state=state, finest=finest, now=self._store.now())

    def _missing(self, found: list[Build]) -> list[tuple[str, Projection]]:
        """The projections without a build by their code, each with its code."""
        known = {(build.projection, build.code) for build in found if build.state != "old"}
        return [(code, one) for (name, code), one in self._projections.items() if (name, code) not in known]

    def _finest(self) -> Micros:
        """Ten-minute buckets, or minutes over a dense log."""
        head = self._store.head()
        ((first,),) = self._store.rows("SELECT min(occurred_at) FROM events")
        seconds = 0 if first is None or head.frontier is None else (head.frontier - first) // _SECOND
        return DENSE_FINEST if head.position > DENSE * max(seconds, 3_600) else FINEST

    def _swap_in(self) -> None:
        """Put every new build in its predecessor's place that is level with it, once a sample of it is proved."""
        for new in self._passes.ours():
            if new.state == "building" and self._is_level(new) and self._is_proved(new):
                self._swap(new)

    def _is_level(self, new: Build) -> bool:
        found = self._store.database.read(builds)
        return all(
            one.position <= new.position for one in found if (one.projection, one.state) == (new.projection, "live")
        )

    def _is_proved(self, new: Build) -> bool:
        """Whether a sample of the build is what the replay says; else it is marked, and what it replaces stays."""
        proof = prove(self._store, self._projections[new.projection, new.code], new, sample=PROVED)
        keep(self._store, proof)
        if not proof.holds:
            self._passes.fail(new, f"differs from the replay: {proof.drifts[0].what} of {proof.drifts[0].key!r}")
        return proof.holds

    def _swap(self, new: Build) -> None:
        """Swap it in, unless another projector did while this one was proving it."""
        with self._store.write() as writer:
            session = writer.session
            self._store.database.lock(session)
            of_it = [one for one in builds(session) if one.projection == new.projection]
            live = next((one for one in of_it if one.state == "live"), None)
            if all((one.number, one.state) != (new.number, "building") for one in of_it):
                return
            if live is not None and live.position > new.position:
                return
            for one in of_it:
                if one.state == "old" or _is_abandoned(one, new):
                    drop(session, one)
            if live is not None:
                set_state(session, live, "old", self._store.now())
            set_state(session, new, "live", self._store.now())


def _is_abandoned(one: Build, new: Build) -> bool:
    """Whether the build was begun before the new one, by code that changed again before it was level."""
    return one.state == "building" and one.number < new.number
