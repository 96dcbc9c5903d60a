"""The projector: follows the log and keeps what is derived from it."""

from eventstore.projector.following import Projector
from eventstore.projector.leveller import Leveller

__all__ = ["Leveller", "Projector"]
