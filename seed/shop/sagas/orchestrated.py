"""The order process led by a coordinator: services do what its commands say, and it hears what they tell."""

from collections.abc import Mapping

from seed.shop.sagas.steps import Step

TRIGGERS: Mapping[Step, tuple[str, ...]] = {step: (step.value,) for step in Step}
"""Each step has a command of its name."""
