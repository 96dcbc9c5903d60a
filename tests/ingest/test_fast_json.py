"""The fast way to read JSON never differs from the careful one, in value or in refusal."""

import json
import random
from typing import Any

import pytest

from eventstore.core import canonical
from eventstore.errors import Unreadable
from eventstore.ingest import fast_json
from tests.core.value_table import KEPT, TABLE, Row, exact

DOCUMENTS = 20_000


def outcome(read: Any, document: bytes) -> Any:
    """The value in a form that shows everything, or the reason why there is none."""
    try:
        return exact(read(document))
    except Unreadable as refused:
        return refused.reason


class Documents:
    """Random documents, hostile more often than not: rare values, odd spacing, and bytes changed afterwards."""

    SCALARS = (
        "0", "-0", "7", "-12", "9007199254740993", "18446744073709551617", "1.10", "1.0", "0.1", "-0.0", "1E+2", "1e2",
        "0.0000000001", "1.5E-7", "1E+500", "1e400", "123456789012345678.25", "1" * 1000, "1" * 1001, "-" + "1" * 1000,
        "true", "false", "null", "NaN", "Infinity", "01", '""', '"x"', '"a, b"', '"a\\": b"', '"ä€😀"', '"\\u0000"',
        '"\\\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\u00e4"', '"\\/"', '"\\n\\t"', '"\t"', '"\x7f"', "'x'", "",
    )  # fmt: skip
    NAMES = ('"a"', '"b"', '"c"', '"id"', '"\\u0061"', '"ä"', '""', '"a: b, c"', "a")
    NAME_WEIGHTS = (8, 8, 8, 8, 1, 4, 2, 2, 1)

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.weights = [8 if text in ("7", "1.10", '"x"', "true") else 1 for text in self.SCALARS]

    def document(self) -> bytes:
        style = self.random.choice(((",", ":"), (",", ":"), (", ", ": "), (" ,", " :"), (",\n", ":")))
        encoded = self.value(self.random.randint(0, 4), style).encode()
        return self.changed(encoded) if self.random.random() < 0.15 else encoded

    def value(self, depth: int, style: tuple[str, str]) -> str:
        kind = self.random.random()
        if depth == 0 or kind < 0.2:
            return self.random.choices(self.SCALARS, self.weights)[0]
        count = self.random.randint(0, 4)
        if kind < 0.35:
            return "[" + style[0].join(self.value(depth - 1, style) for _ in range(count)) + "]"
        names = self.random.choices(self.NAMES, self.NAME_WEIGHTS, k=count)
        if self.random.random() < 0.8:
            names = list(dict.fromkeys(names))
        return "{" + style[0].join(f"{name}{style[1]}{self.value(depth - 1, style)}" for name in names) + "}"

    def changed(self, encoded: bytes) -> bytes:
        at = self.random.randint(0, len(encoded))
        return (
            encoded[:at] + self.random.randbytes(self.random.randint(0, 2)) + encoded[at + self.random.randint(0, 2) :]
        )


def test_random_documents_are_read_as_the_careful_decoder_reads_them() -> None:
    documents = Documents(seed=4)
    refused = proven = 0
    for _ in range(DOCUMENTS):
        document = documents.document()
        expected = outcome(canonical.decode, document)
        assert outcome(fast_json.decode, document) == expected, document
        refused += isinstance(expected, str)
        proven += was_proven(document)
    assert refused > DOCUMENTS / 5
    assert proven > DOCUMENTS / 5


def was_proven(document: bytes) -> bool:
    """Whether the fast way decided, so that the comparison compares something."""
    try:
        return fast_json._can_be_proven(document) and fast_json._is_proven(
            document, fast_json._ENCODER.encode(fast_json._DOCUMENT.decode(document))
        )
    except Exception:  # noqa: BLE001  any refusal of the fast way means: not proven
        return False


def test_random_members_are_cut_out_as_the_careful_scanner_cuts_them() -> None:
    documents = Documents(seed=5)
    compared = 0
    for _ in range(DOCUMENTS):
        document = documents.document()
        if isinstance(outcome(fast_json.decode, document), str):
            continue
        expected = outcome(lambda text: dict(canonical.members(text)), document)
        assert outcome(fast_json.members, document) == expected, document
        compared += isinstance(expected, tuple)
    assert compared > DOCUMENTS / 5


@pytest.mark.parametrize("row", TABLE, ids=[row.name for row in TABLE])
def test_every_row_of_the_value_table(row: Row) -> None:
    assert outcome(fast_json.decode, row.document) == (exact(row.value) if row.reason is None else row.reason)


@pytest.mark.parametrize("row", KEPT, ids=[row.name for row in KEPT])
def test_the_members_of_every_row(row: Row) -> None:
    assert outcome(fast_json.members, row.document) == outcome(canonical.members, row.document)


def test_a_number_is_too_long_wherever_it_stands() -> None:
    for before in range(0, 3_000, 37):
        document = b'["' + b"x" * before + b'",' + b"9" * 1001 + b"]"
        assert outcome(fast_json.decode, document) == "number too long"
        fits = b'["' + b"x" * before + b'",' + b"9" * 1000 + b"]"
        assert outcome(fast_json.decode, fits) == outcome(canonical.decode, fits)


def test_a_decoder_that_trusts_the_parser_alone_differs() -> None:
    """The control: without the proof, the same comparison finds doubled keys, lost signs and more."""
    documents = Documents(seed=4)
    differing = sum(
        outcome_of_trust(document) != outcome(canonical.decode, document)
        for document in (documents.document() for _ in range(2_000))
    )
    assert differing > 100


def outcome_of_trust(document: bytes) -> Any:
    """What the standard library says with no care at all."""
    try:
        return exact(json.loads(document))
    except ValueError:
        return "not JSON"


def test_the_limit_of_size_is_the_callers() -> None:
    assert fast_json.decode(b'"xxx"', max_bytes=5) == "xxx"
    with pytest.raises(Unreadable, match="too large"):
        fast_json.decode(b'"xxxx"', max_bytes=5)
