"""Errors carry facts through pickling, and each ends with what to do."""

import inspect
import pickle

import pytest

from eventstore import errors

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.EventStoreError) and kind is not errors.EventStoreError
]
FACTS: dict[str, object] = {
    "int": 7,
    "float": 0.5,
    "bool": True,
    "str": "A fact.",
    "Sequence[str]": ("A fact.",),
    "tuple[str, ...]": ("A fact.",),
}


def example(kind: type[errors.EventStoreError]) -> errors.EventStoreError:
    """An error of the kind, with a fact of the right type for each parameter."""
    wanted = inspect.signature(kind).parameters.values()
    return kind(
        *[
            FACTS[inspect.formatannotation(one.annotation).split(" | ")[0].removeprefix("collections.abc.")]
            for one in wanted
        ]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_errors_survive_pickling(kind: type[errors.EventStoreError]) -> None:
    error = example(kind)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.args, vars(copy), str(copy)) == (kind, error.args, vars(error), str(error))


@pytest.mark.parametrize("kind", KINDS)
def test_errors_say_what_to_do(kind: type[errors.EventStoreError]) -> None:
    sentences = str(example(kind))
    assert sentences.endswith(".")
    assert len(sentences.split(". ")) >= 2 or "; " in sentences, "the facts, and then what to do"


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_names_every_error(kind: type[errors.EventStoreError]) -> None:
    assert f" {kind.__name__} " in (errors.__doc__ or "")
