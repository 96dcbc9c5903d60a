"""The door: every question to the read models. Each is answered from one snapshot of the store."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from eventstore.builds import Build, builds
from eventstore.core.condition import Condition
from eventstore.core.event import Micros, RecordedEvent
from eventstore.core.moment import LIVE, Moment
from eventstore.core.projection import Projection
from eventstore.errors import NotProjected
from eventstore.histories import comparing, counts, effects, keys, lasting, pages, searching, troubles
from eventstore.histories.answers import (
    AsOf,
    Behind,
    Between,
    Counts,
    Curve,
    Ever,
    Interval,
    Page,
    Place,
    Seen,
    Steps,
    When,
    Where,
)
from eventstore.histories.effects import Effects, Outcome
from eventstore.histories.standing import Standing, stand
from eventstore.histories.troubles import LastProof, Parked, Unrouted
from eventstore.store import EventStore

ALL = Seen()
"""The whole of every state."""


class Histories:
    """Read models at any moment. May be shared by threads.

    At the latest belief no question looks through history: it costs what it shows. Below it (`moment.known`) answers
    are as exact, and those that had to look through rows say so (`flat`); a reader's deadline bounds them. The
    projections' code is needed for two things alone, the older beliefs of long keys and the effects of an event. What
    names a read model raises `NotProjected` where the store does not have it, ValueError for a facet that it does not
    have.
    """

    def __init__(self, store: EventStore, projections: Iterable[Projection] = ()) -> None:
        self._store, self._projections = store, {one.name: one for one in projections}

    def builds(self) -> list[Build]:
        """Every build that there is, the oldest first."""
        return self._store.database.read(builds)

    def as_of(self, projection: str, key: str, moment: Moment = LIVE) -> AsOf:
        """The key's state at the moment."""
        with self._at(projection, moment) as at:
            return keys.as_of(at, key, self._projections)

    def steps(
        self, projection: str, key: str, moment: Moment = LIVE, *, after: Place | None = None, limit: int = 1_000
    ) -> Steps:
        """The key's states up to the moment in fold order, those that follow `after`."""
        with self._at(projection, moment) as at:
            return keys.steps(at, key, self._projections, after, limit)

    def last_change(self, projection: str, key: str) -> int:
        """The commit that brought the key its newest event, 0 where it never had one: its story stays until then."""
        with self._at(projection, LIVE) as at:
            return keys.last_change(at, key)

    def effects(self, event: RecordedEvent, known: int | None = None) -> list[Effects]:
        """What the event did in each read model, as believed at that commit; None: as believed now.

        A commit before the event's own must not be asked. Where a read model's code is not at hand that is all it says.
        """
        told = [self._effects(one, event, known) for one in self._projections.values()]
        strange = [one for one in self.builds() if one.state == "live" and one.projection not in self._projections]
        return [*told, *(Effects(one.projection, Outcome.NO_CODE, one.position) for one in strange)]

    def _effects(self, projection: Projection, event: RecordedEvent, known: int | None) -> Effects:
        ignored = effects.ignored(projection, event)
        if ignored is not None:
            return Effects(projection.name, ignored)
        try:
            with self._at(projection.name, Moment(known=known)) as at:
                return effects.effects(at, event, self._projections)
        except NotProjected:
            return Effects(projection.name, Outcome.NOT_PROJECTED)

    def page(
        self,
        projection: str,
        moment: Moment = LIVE,
        *,
        where: Sequence[Where] = (),
        after: Place | None = None,
        limit: int = 50,
    ) -> Page:
        """The keys that hold at the moment and fulfil all conditions, the last changed first."""
        with self._at(projection, moment) as at:
            return pages.page(at, where, after, limit, self._projections)

    def count(self, projection: str, moment: Moment = LIVE, *, by: str | None = None) -> Counts:
        """How many keys hold each value of a facet at the moment, and the sums of the summed facets over them."""
        with self._at(projection, moment) as at:
            return counts.count(at, by, self._projections)

    def curve(
        self,
        projection: str,
        by: str | None,
        since: Micros,
        until: Micros,
        *,
        buckets: int = 200,
        known: int | None = None,
    ) -> Curve:
        """Counts and sums over time, in about so many buckets; where the roll-ups are not fine enough, in fewer."""
        with self._at(projection, Moment(known=known)) as at:
            return counts.curve(at, by, since, until, buckets, self._projections)

    def lasting(
        self, projection: str, by: str, value: str, until: Moment = LIVE, *, limit: int = 2_000
    ) -> list[Interval]:
        """The times in which keys held the value of a counted facet, the newest first: those of its last rows.

        At most so many rows are looked at, at an older belief none of long keys. ValueError: the facet is not counted.
        """
        with self._at(projection, until) as at:
            return lasting.lasting(at, by, value, limit)

    def between(
        self, projection: str, first: Moment, second: Moment, *, by: str | None = None, behind: Behind | None = None
    ) -> Between:
        """What differs between two moments, moves counted by a facet, and the keys behind them."""
        with self._at(projection, first) as one:
            other = stand(one.session, projection, second)
            return comparing.between(one, other, by, behind or Behind(), self._projections)

    def ever(
        self,
        projection: str,
        where: Sequence[Where],
        until: Moment = LIVE,
        *,
        after: Place | None = None,
        limit: int = 50,
    ) -> Ever:
        """The keys that ever fulfilled all conditions up to the moment, also those that are fine now."""
        with self._at(projection, until) as at:
            return pages.ever(at, where, after, limit, self._projections)

    def when(
        self,
        projection: str,
        condition: Condition,
        until: Moment = LIVE,
        *,
        after: str | None = None,
        limit: int = 50,
        seen: Seen = ALL,
    ) -> When:
        """The keys for which a condition ever held up to the moment, by key, with the times; the keys behind `after`.

        States are looked through, a bounded number in one answer, which may so have found nothing yet.
        """
        with self._at(projection, until) as at:
            looked = searching.look(at, condition, after, seen, self._projections)
        return searching.judged(looked, condition, limit, seen)

    def parked(self, projection: str, *, after: str = "", limit: int = 50) -> Parked:
        """The keys whose fold stopped, by the latest belief: at which event, and why."""
        with self._at(projection, LIVE) as at:
            return troubles.parked(at, after, limit)

    def unrouted(self, projection: str, *, after: int = 0, limit: int = 50) -> Unrouted:
        """The events of which the projection could not tell the keys, and why."""
        with self._at(projection, LIVE) as at:
            return troubles.unrouted(at, after, limit)

    def last_proof(self, projection: str) -> LastProof | None:
        """What comparing the live build with the replay gave last; None: it was never compared."""
        with self._at(projection, LIVE) as at:
            return troubles.last_proof(at)

    @contextmanager
    def _at(self, projection: str, moment: Moment) -> Iterator[Standing]:
        with self._store.database.snapshot() as session:
            yield stand(session, projection, moment)
