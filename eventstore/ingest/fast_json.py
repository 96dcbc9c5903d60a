"""The fast way to read JSON: accepted where encoding again proves it exact, else the careful decoder decides.

The proof: the document is decoded and encoded again. Where that gives the same bytes, or the same without the blanks
that Python's `json.dumps` writes, no key stood twice and no number or character changed, since each of those leaves
other bytes. What the encoding cannot show (escapes, depth, very long integers) is looked at before.
"""

import re
from typing import Any

import msgspec

from eventstore.core import canonical
from eventstore.core.canonical import MAX_BYTES, MAX_DEPTH, MAX_DIGITS, Json
from eventstore.errors import Unreadable

_LONGEST = 4_096
_DIGIT = re.compile(rb"[0-9]")
_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % (MAX_DIGITS + 1))
_DOCUMENT = msgspec.json.Decoder(float_hook=canonical.number)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def decode(document: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """The value of one JSON document, equal to `canonical.decode`'s. Raises `Unreadable` with the same reasons."""
    if len(document) < min(_LONGEST, max_bytes) and _can_be_proven(document):
        try:
            value = _DOCUMENT.decode(document)
        except (msgspec.MsgspecError, UnicodeDecodeError, Unreadable):
            return canonical.decode(document, max_bytes=max_bytes)
        if _is_proven(document, _ENCODER.encode(value)):
            return value
    return canonical.decode(document, max_bytes=max_bytes)


def members(document: bytes) -> dict[str, Json]:
    """The exact text of each member of an object that `decode` has taken; equal to `canonical.members`'.

    Proves nothing by itself. Raises `Unreadable` where the document is not an object.
    """
    try:
        found = _MEMBERS.decode(document)
    except msgspec.MsgspecError:
        return canonical.members(document)
    return {name: Json(bytes(text), "utf-8") for name, text in found.items()}


def _can_be_proven(document: bytes) -> bool:
    if b"\\u" in document or document.count(b"{") + document.count(b"[") > MAX_DEPTH:
        return False
    # A number that is too long covers a byte whose offset is a multiple of the limit: the others need no search.
    return not _DIGIT.search(document[MAX_DIGITS::MAX_DIGITS]) or not _LONG_NUMBER.search(document)


def _is_proven(document: bytes, again: bytes) -> bool:
    return again == document or again == document.replace(b'": ', b'":').replace(b", ", b",")
