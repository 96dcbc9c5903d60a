"""Every question to the library, each for a viewer; the only place that masks and caches."""

from app.queries.events import detail, newest, page
from app.queries.health import dead_letter, dead_letters, health
from app.queries.moments import commit_at, standing
from app.queries.orders import found, story
from app.queries.overview import catalogue, curve, happened, last_hour, stories
from app.queries.source import use

__all__ = [
    "catalogue",
    "commit_at",
    "curve",
    "dead_letter",
    "dead_letters",
    "detail",
    "found",
    "happened",
    "health",
    "last_hour",
    "newest",
    "page",
    "standing",
    "stories",
    "story",
    "use",
]
