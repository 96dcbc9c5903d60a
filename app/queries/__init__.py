"""Every question to the library, each for a viewer; the only place that masks and caches."""

from app.queries.bar import bars, commits, near
from app.queries.causing import event_effects, event_flow
from app.queries.events import detail, newest, page
from app.queries.events import one as event
from app.queries.health import dead_letter, dead_letters, health, naming
from app.queries.judging import read, usual
from app.queries.logs import line, lines
from app.queries.models import Refused, compared, counted, counts, ever, model_curve, models, rows
from app.queries.moments import commit_at, standing
from app.queries.orders import found, story
from app.queries.overview import catalogue, curve, happened, last_hour, stories
from app.queries.projections import course, courses, parked, unrouted
from app.queries.relating import related, rewrote
from app.queries.searching import when
from app.queries.services import mapped, services, spread
from app.queries.source import use
from app.queries.taking import taken
from eventstore.clock import now

__all__ = [
    "Refused",
    "bars",
    "catalogue",
    "commit_at",
    "commits",
    "compared",
    "counted",
    "counts",
    "course",
    "courses",
    "curve",
    "dead_letter",
    "dead_letters",
    "detail",
    "event",
    "event_effects",
    "event_flow",
    "ever",
    "found",
    "happened",
    "health",
    "last_hour",
    "line",
    "lines",
    "mapped",
    "model_curve",
    "models",
    "naming",
    "near",
    "newest",
    "now",
    "page",
    "parked",
    "read",
    "related",
    "rewrote",
    "rows",
    "services",
    "spread",
    "standing",
    "stories",
    "story",
    "taken",
    "unrouted",
    "use",
    "usual",
    "when",
]
