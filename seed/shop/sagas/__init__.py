"""Sagas: how one order goes through all services, in two ways that end the same.

Each service offers steps; the chosen saga says which messages trigger them.
"""

from seed.shop.sagas import choreographed, orchestrated
from seed.shop.sagas.steps import Step

__all__ = ["Step", "triggers"]

SAGAS = {"choreographed": choreographed.TRIGGERS, "orchestrated": orchestrated.TRIGGERS}


def triggers(saga: str, step: Step) -> tuple[str, ...]:
    """The names of the messages upon which a service takes the step."""
    return SAGAS[saga][step]
