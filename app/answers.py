"""What `queries` answers: plain frozen values, masked already. Frames and charts know nothing else of the library.

Times are microseconds UTC.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. Part of every cache key; what a mask hides is clear only to those who `see_clear`."""

    name: str = "anyone"
    sees_clear: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the viewer stands, resolved once a run: `known` is a commit's last position, None: the latest.

    `head` is the last position of the log.
    """

    occurred: int | None
    known: int | None
    known_at: int | None
    head: int
    head_at: int | None
    frontier: int | None
    now: int

    @property
    def live(self) -> bool:
        """Whether nothing bounds what is seen."""
        return self.occurred is None and self.known is None

    @property
    def until(self) -> int:
        """The last position that can be seen."""
        return self.head if self.known is None else min(self.known, self.head)

    @property
    def time(self) -> int | None:
        """The time at which the viewer stands: chosen, else the newest that is known; None in an empty store."""
        return self.frontier if self.occurred is None else self.occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """An event in short. `late`: another of its stream had happened later; `corrected`: not when it was claimed."""

    position: int
    commit_position: int
    stream: str
    version: int
    type: str
    occurred_at: int
    recorded_at: int
    late: bool
    corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Brief):
    """An event as the viewer may see it; `data` and `metadata` are texts as sent, values masked where they must be.

    `clock` says in words where `occurred_at` comes from.
    """

    id: str
    category: str
    data: str
    metadata: str
    claimed_at: int | None
    clock: str
    correlation_id: str | None
    causation_id: str | None
    content_hash: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events, the newest first, and whether there are older and newer ones."""

    events: tuple[Event, ...]
    older: bool
    newer: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """A message that brought the event once more, and was counted as a duplicate."""

    topic: str
    partition: int
    offset: int
    recorded_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an event came from, and which messages brought it again.

    `hidden`: the bytes hold a masked value, so they are left out.
    """

    kind: str
    topic: str
    topic_id: str
    partition: int
    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    hidden: bool
    repeats: tuple[Repeat, ...]


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event with its stream's neighbours.

    `folded` is its payload in today's shape, where an upcaster makes another of it; `folded_error` why it cannot.
    `tied` is the event just before it in the stream, by position, where both occurred at the same time.
    """

    event: Event
    folded: str | None
    folded_error: str | None
    source: Source | None
    neighbours: tuple[Event, ...]
    tied: int | None
    visible: bool


@dataclass(frozen=True, slots=True)
class Count:
    """So many events of a value (a category or a type) in the bucket that begins then."""

    bucket: int
    value: str
    events: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Events over time: buckets of one width, and the window `since <= bucket < before` that was asked for."""

    counts: tuple[Count, ...]
    bucket: int
    since: int
    before: int

    @property
    def total(self) -> int:
        """All events of the window."""
        return sum(count.events for count in self.counts)


@dataclass(frozen=True, slots=True)
class Near:
    """The steps beside a moment, each (time, position, what it is), the nearest first: those before, those after."""

    before: tuple[tuple[int, int, str], ...]
    after: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """An event type of a category, and how many events it has."""

    category: str
    type: str
    events: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the store holds: categories in the order of their first appearance, their event types, the span of time."""

    categories: tuple[str, ...]
    kinds: tuple[Kind, ...]
    events: int
    first_at: int | None
    last_at: int | None

    def types(self, category: str = "") -> tuple[str, ...]:
        """The event types, of one category where it is named, the most frequent first."""
        kinds = sorted(self.kinds, key=lambda kind: -kind.events)
        return tuple(dict.fromkeys(kind.type for kind in kinds if category in ("", kind.category)))


@dataclass(frozen=True, slots=True)
class Story:
    """A tale worth standing in: what happened, to which key, at which moment."""

    title: str
    text: str
    key: str
    at: int


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a key, by its place in the story, from 0. `held`: whether anything holds behind it.

    `error` says why its fold could not take it.
    """

    index: int
    event: Brief
    held: bool
    error: str | None
    parked: bool

    @property
    def event_position(self) -> int:
        """The event, by position."""
        return self.event.position

    @property
    def since(self) -> int:
        """When the event occurred."""
        return self.event.occurred_at


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which something was so: what `text` says, where it is a value; None: there was nothing.

    `began` and `ended` are the steps at its edges; `ended` None: it is still so at the moment.
    """

    text: str | None
    began: Step
    ended: Step | None


@dataclass(frozen=True, slots=True)
class Spells:
    """Spells in the order of time, those around the step in view, of `count` in all.

    `current` is the one of that step, None: it had not begun. `lasted` is how long all lasted together, in
    microseconds; those that are still so, up to the moment.
    """

    shown: tuple[Spell, ...]
    count: int
    current: Spell | None
    lasted: int


@dataclass(frozen=True, slots=True)
class Related:
    """Another key that has to do with the story, in a read model, and its state at the moment."""

    projection: str
    key: str
    state: str | None


@dataclass(frozen=True, slots=True)
class Rewrote:
    """What a late event did when it came: the state before and after, and the events that were known by then.

    Those stand behind it in the story, though they were recorded before it: the first of them, and how many.
    """

    before: str | None
    after: str | None
    known: tuple[Brief, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A condition or a path that cannot be understood: its text with a mark at the place, and what would be right."""

    marked: str
    problem: str


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a condition held of a key, with the events at its edges; `until` None: it still does."""

    since: int
    until: int | None
    began: Event
    ended: Event | None


@dataclass(frozen=True, slots=True)
class KeySpans:
    """A key of which a condition held: how often, and the first times of them."""

    key: str
    times: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """How far a search came, all its pages together: so many keys with so many rows, so many keys found."""

    keys: int = 0
    rows: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Search:
    """When a condition held, over all keys of a read model: a page of it, by key.

    `after` goes on; empty: that was all. `narrowed`: an index named so many keys to look at; None: all were looked at,
    which have at most `stored` rows together.
    """

    found: tuple[KeySpans, ...]
    after: str
    searched: Searched
    narrowed: int | None
    stored: int
    checkpoint: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream in a list: how far it has come, and when it changed last."""

    stream: str
    category: str
    version: int
    first_at: int
    last_at: int
