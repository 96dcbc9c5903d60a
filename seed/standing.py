"""Where a story stands: which courses a place holds already, and which of them, or a new one, is to go on."""

from collections.abc import Mapping
from dataclasses import dataclass

from eventstore import EventStore, Micros
from seed.course import DAYS, ORDERS, RANDOM_SEED, Course
from seed.errors import OtherData
from seed.stories import Story, stories
from seed.to_store import KIND
from seed.wire import CATEGORIES


@dataclass(frozen=True)
class Asked:
    """What the caller wants of the course; None: whatever is there, else the usual."""

    random_seed: int | None = None
    orders: int | None = None
    days: int | None = None

    def fits(self, course: Course) -> bool:
        """Whether the course is what was asked for."""
        wanted = ((self.random_seed, course.random_seed), (self.orders, course.orders), (self.days, course.days))
        return all(asked is None or asked == found for asked, found in wanted)

    def course(self, until: Micros) -> Course:
        """A new course as it was asked for, that ends at `until`."""
        return Course.ending(
            until,
            random_seed=RANDOM_SEED if self.random_seed is None else self.random_seed,
            orders=self.orders or ORDERS,
            days=self.days or DAYS,
        )


@dataclass(frozen=True)
class Standing:
    """What a place holds: courses, each with what stands before its topics' names; and other things."""

    courses: Mapping[Course, str]
    others: bool

    @property
    def holds(self) -> str:
        """What is there, in words."""
        told = [
            f"the shop of random seed {course.random_seed} with {course.orders:,} orders" for course in self.courses
        ]
        return " and ".join([*told, *(["other data"] if self.others else [])])


def resume(standing: Standing, asked: Asked, until: Micros, *, mix: bool, place: tuple[str, str]) -> tuple[Course, str]:
    """The course to tell and the prefix of its topics: the one that is there, or a new one where there is none.

    `place` names where, and the option that chooses it. Raises OtherData where anything else is there, unless `mix`.
    """
    for course, prefix in standing.courses.items():
        if asked.fits(course):
            return course, prefix
    course = asked.course(until)
    if not standing.courses and not standing.others:
        return course, ""
    if not mix:
        raise OtherData(place[0], standing.holds, place[1])
    return course, f"shop-{course.random_seed}-{course.orders}."


def standing_in(store: EventStore) -> Standing:
    """What the store holds."""
    courses: dict[Course, str] = {}
    others = False
    for kind, topic, topic_id in store.rows("SELECT kind, topic, topic_id FROM sources ORDER BY source"):
        course = Course.named(topic_id) if kind == KIND else None
        if course is None:
            others = True
        else:
            courses.setdefault(course, topic[: -len(_shop_topic(topic))])
    return Standing(courses, others or _has_more(store, courses))


def stories_in(store: EventStore) -> list[Story]:
    """The planted stories that the store already tells, the best first."""
    frontier = store.head().frontier or 0
    told = [
        story
        for course in standing_in(store).courses
        for story in stories(course.start, random_seed=course.random_seed, orders=course.orders, days=course.days)
    ]
    return [story for story in told if story.at <= frontier]


def _has_more(store: EventStore, courses: Mapping[Course, str]) -> bool:
    """Whether there are events, or positions in topics, that no source accounts for."""
    if not courses:
        return store.head().position > 0 or bool(store.rows("SELECT topic FROM offsets LIMIT 1"))
    sql = "SELECT 1 FROM events e WHERE NOT EXISTS (SELECT 1 FROM origins o WHERE o.position = e.position) LIMIT 1"
    return bool(store.rows(sql))


def _shop_topic(topic: str) -> str:
    return next((name for name in CATEGORIES if topic.endswith(name)), topic)
