"""How read models are doing: how far behind, what was parked, what could not be routed, and the last proof."""

from app.answers import Standing, Viewer
from app.model_answers import Course, Model, Proof, Trouble
from app.queries import source
from app.queries.events import error_shown
from app.queries.models import door, models
from eventstore.histories import LastProof

TOLD = 50


def courses(viewer: Viewer, at: Standing) -> tuple[Course, ...]:
    """Every read model, as it is doing now."""
    return tuple(course(viewer, at, model) for model in models(viewer))


def course(viewer: Viewer, at: Standing, model: Model) -> Course:  # noqa: ARG001 - every question takes the viewer
    """How one read model is doing now."""
    if model.build is None:
        return Course(model, at.head, 0, 0, 0, None)
    histories, position = door(), model.build.position
    proof = histories.last_proof(model.name)
    return Course(
        model,
        max(0, at.head - position),
        _behind(at, position),
        histories.parked(model.name, limit=1).total,
        histories.unrouted(model.name, limit=1).total,
        None if proof is None else _proof(proof),
    )


def _behind(at: Standing, position: int) -> int:
    """Between the last event that was applied and the last there is, as the store learnt them; in microseconds."""
    if position >= at.head or at.head_at is None:
        return 0
    event = source.store().event(max(1, position))
    return 0 if event is None else at.head_at - event.recorded_at


def _proof(proof: LastProof) -> Proof:
    """A drift tells its key; its states are left out: the Time machine shows them, masked."""
    drifts = tuple((str(one.get("key", "")), str(one.get("what", "its state"))) for one in proof.drifts)
    return Proof(proof.checkpoint, proof.proved_at, proof.keys, proof.compared, drifts)


def parked(viewer: Viewer, name: str) -> tuple[Trouble, ...]:
    """The first parked keys of a read model."""
    found = door().parked(name, limit=TOLD)
    return tuple(Trouble(one.key, one.position, one.since, error_shown(viewer, one.error)) for one in found.keys)


def unrouted(viewer: Viewer, name: str) -> tuple[Trouble, ...]:
    """The first events of which a read model could not tell the keys."""
    found = door().unrouted(name, limit=TOLD)
    return tuple(Trouble("", one.position, None, error_shown(viewer, one.error)) for one in found.events)
