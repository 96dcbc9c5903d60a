"""The projector: follows the log and keeps what is derived from it."""

from eventstore.projector.following import Projector

__all__ = ["Projector"]
