"""The projector: follows the log and keeps what is derived from it, proves it, and heals what was parked."""

from eventstore.projector.following import Projector
from eventstore.projector.healing import Healed, heal
from eventstore.projector.leveller import Leveller
from eventstore.projector.proving import Drift, Proof, keep, prove

__all__ = ["Drift", "Healed", "Leveller", "Projector", "Proof", "heal", "keep", "prove"]
