"""Careful JSON: what was sent is kept exactly, or refused with a reason; and the content hash.

`docs/values.md` is the table of what is kept and what is refused. Numbers with a fraction or an exponent are
`Decimal`; a value that this reader would have to change is refused instead.
"""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from eventstore.errors import Unreadable

MAX_BYTES = 1_048_576
"""The default bound of a message that comes from outside, in bytes of UTF-8. A setting of ingest."""

MAX_DEPTH = 100
"""How deep arrays and objects may be nested."""

MAX_DIGITS = 1_000
"""How many digits an integer may have, and how many characters the text of any other number."""

MAX_EXPONENT = 400
"""A number's magnitude may lie between 1e-400 and 1e400."""

_BOUND = 10**MAX_DIGITS
_BLANK = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SURROGATE = re.compile("[\ud800-\udfff]")


class Json(str):
    """JSON text that is already proven. It is stored, and embedded by `encode`, as it stands."""

    __slots__ = ()


def decode(text: str | bytes, *, max_bytes: int | None = None) -> Any:
    """The value of one JSON document; nothing in it is changed.

    `max_bytes` bounds its size; none for text that is already ours. Raises `Unreadable` with the reason.
    """
    text = _checked(text, max_bytes)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(error) from None
    if "\\u" in text:
        _refuse_characters(value)
    return value


def decode_proven(text: str) -> Any:
    """The value of JSON text that `decode` or `encode` has proven before: the same value, in half the time."""
    value, _ = _PROVEN(text)
    return value


def encode(value: Any) -> Json:
    """The value as compact JSON; a `Decimal` is written as it is, `Json` within the value as it stands.

    Raises `Unreadable` for what `decode` would refuse, and for what JSON cannot hold.
    """
    if type(value) is Json:
        return value
    text = _WRITERS[type(value)](value, 0)
    if not text.isascii():
        _refuse_surrogates(text)
    if "\\u0000" in text:
        _refuse_characters(_DECODER.decode(text))
    return Json(text)


def members(text: str | bytes, *, max_bytes: int | None = None) -> dict[str, Json]:
    """The exact text of each member of one JSON object, as sent: order, spaces and digits.

    Raises `Unreadable` for what `decode` refuses, and for a document that is not an object.
    """
    text = _checked(text, max_bytes)
    try:
        found = _members(text)
    except json.JSONDecodeError as error:
        raise _not_json(error) from None
    if "\\u" in text:
        _refuse_characters({name: _DECODER.decode(part) for name, part in found.items()})
    return found


def content_hash(
    *,
    id: str,  # noqa: A002 - the event's own words
    stream: str,
    type: str,  # noqa: A002
    occurred_at: int | None,
    data_text: str,
    metadata_text: str,
) -> bytes:
    """The SHA-256 of what an event says: two events with one id are the same if and only if this is.

    `occurred_at` is what the producer said, None if nothing. Each field is preceded by its length in characters, so
    that no two lists of fields give the same text.
    """
    fields = (
        f"{len(id)}:{id}{len(stream)}:{stream}{len(type)}:{type}{'' if occurred_at is None else occurred_at}:"
        f"{len(data_text)}:{data_text}{len(metadata_text)}:{metadata_text}"
    )
    return sha256(fields.encode()).digest()


def number(text: str) -> Decimal:
    """A JSON number with a fraction or an exponent, exactly. Raises `Unreadable` beyond our bounds."""
    if len(text) > MAX_DIGITS:
        raise _too_long(text)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _out_of_range(text) from None
    if not -MAX_EXPONENT <= value.adjusted() <= MAX_EXPONENT:
        raise _out_of_range(text)
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS + text.startswith("-"):
        raise _too_long(text)
    return int(text)


def _constant(text: str) -> Any:
    raise Unreadable("not a JSON number", f"The text holds {text}, which is not a JSON number.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        raise _duplicate(next(name for name in names if names.count(name) > 1))
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=number, parse_int=_integer, parse_constant=_constant)

_PROVEN = json.JSONDecoder(parse_float=Decimal).raw_decode


def _checked(text: str | bytes, max_bytes: int | None) -> str:
    """The document as text, after everything that must be known before a parser sees it."""
    if max_bytes is not None:
        _refuse_size(text, max_bytes)
    text = _decoded(text) if isinstance(text, bytes) else text
    if not text.isascii():
        _refuse_surrogates(text)
        if text.startswith("\ufeff"):
            raise Unreadable("byte order mark", "The document begins with a byte order mark, which JSON does not have.")
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _refuse_depth(_STRING.sub("", text))
    return text


def _refuse_size(text: str | bytes, max_bytes: int) -> None:
    size = len(text) if isinstance(text, bytes) or text.isascii() else len(text.encode(errors="surrogatepass"))
    if size > max_bytes:
        raise Unreadable("too large", f"The document has {size:,} bytes, the limit is {max_bytes:,}.")


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        detail = f"The byte 0x{text[error.start]:02x} at offset {error.start} is not UTF-8 ({error.reason})."
        raise Unreadable("not UTF-8", detail) from None


def _refuse_depth(brackets: str) -> None:
    depth = 0
    for character in brackets:
        if character in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep()
        elif character in "}]":
            depth -= 1


def _refuse_surrogates(text: str) -> None:
    found = _SURROGATE.search(text)
    if found:
        raise Unreadable("lone surrogate", f"The text holds half of a character, U+{ord(found[0]):04X}.")


def _refuse_characters(value: Any) -> None:
    """Looks through decoded strings: an escape may hide what the text itself does not show."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if "\0" in value:
                raise Unreadable("NUL character", "A string holds the character U+0000, which databases cut or refuse.")
            _refuse_surrogates(value)
        elif isinstance(value, dict):
            waiting += value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _members(text: str) -> dict[str, Json]:
    """Walks the top level only; the values between are read by the careful decoder, which says where each ends."""
    found: dict[str, Json] = {}
    at = _skip(text, 0)
    if not text.startswith("{", at):
        _DECODER.decode(text)
        raise Unreadable("not an object", "The document is JSON, but not an object with members.")
    at = _skip(text, at + 1)
    if text.startswith("}", at):
        return _ended(text, at + 1, found)
    while True:
        name, start = _name(text, at)
        _, end = _DECODER.raw_decode(text, start)
        if name in found:
            raise _duplicate(name)
        found[name] = Json(text[start:end])
        at = _skip(text, end)
        if text.startswith("}", at):
            return _ended(text, at + 1, found)
        at = _skip(text, _expected(text, at, ","))


def _name(text: str, at: int) -> tuple[str, int]:
    """A member's name at `at`, and where its value begins."""
    if not text.startswith('"', at):
        raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
    name, end = _DECODER.raw_decode(text, at)
    return name, _skip(text, _expected(text, _skip(text, end), ":"))


def _expected(text: str, at: int, sign: str) -> int:
    if not text.startswith(sign, at):
        raise json.JSONDecodeError(f"Expecting '{sign}' delimiter", text, at)
    return at + 1


def _ended(text: str, at: int, found: dict[str, Json]) -> dict[str, Json]:
    end = _skip(text, at)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return found


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


class _Writers(dict[type, Callable[[Any, int], str]]):
    """How a value of each type is written, at its depth; other types as the first of these that they are."""

    def __missing__(self, kind: type) -> Callable[[Any, int], str]:
        return next((write for base, write in _SUBCLASSES if issubclass(kind, base)), _write_unknown)


def _write_string(value: str, _: int) -> str:
    return encode_basestring(value)


def _write_json(value: Json, _: int) -> str:
    return value


def _write_integer(value: int, _: int) -> str:
    if not -_BOUND < value < _BOUND:
        raise Unreadable("number too long", f"An integer has more than {MAX_DIGITS:,} digits.")
    return int.__repr__(value)


def _write_float(value: float, _: int) -> str:
    if not isfinite(value):
        raise Unreadable("not a JSON number", f"The value {value!r} is not a JSON number.")
    return float.__repr__(value)


def _write_decimal(value: Decimal, _: int) -> str:
    if not value.is_finite():
        raise Unreadable("not a JSON number", f"The value {value} is not a JSON number.")
    text = str(value)
    number(text)
    return text


def _write_object(value: Mapping[str, Any], depth: int) -> str:
    if depth >= MAX_DEPTH:
        raise _too_deep()
    depth += 1
    return (
        "{"
        + ",".join(
            [
                f"{encode_basestring(name) if type(name) is str else _name_text(name)}:"
                f"{encode_basestring(item) if type(item) is str else _WRITERS[type(item)](item, depth)}"
                for name, item in value.items()
            ]
        )
        + "}"
    )


def _name_text(name: object) -> str:
    if not isinstance(name, str):
        raise Unreadable("name that is not text", f"The member name {name!r} is not text, as JSON wants it.")
    return encode_basestring(name)


def _write_array(value: list[Any] | tuple[Any, ...], depth: int) -> str:
    if depth >= MAX_DEPTH:
        raise _too_deep()
    depth += 1
    return "[" + ",".join([_WRITERS[type(item)](item, depth) for item in value]) + "]"


def _write_unknown(value: Any, _: int) -> str:
    raise Unreadable("not a JSON value", f"A {type(value).__name__} is not a JSON value.")


_WRITERS = _Writers(
    {
        str: _write_string,
        int: _write_integer,
        dict: _write_object,
        list: _write_array,
        bool: lambda value, _: "true" if value else "false",
        type(None): lambda *_: "null",
        Decimal: _write_decimal,
        float: _write_float,
        Json: _write_json,
        tuple: _write_array,
    }
)
_SUBCLASSES: tuple[tuple[type, Callable[[Any, int], str]], ...] = (
    (Json, _write_json),
    (str, _write_string),
    (int, _write_integer),
    (float, _write_float),
    (Decimal, _write_decimal),
    (Mapping, _write_object),
    (tuple, _write_array),
    (list, _write_array),
)


def _not_json(error: json.JSONDecodeError) -> Unreadable:
    what = error.msg.removesuffix(" at")  # as in "Unterminated string starting at"
    return Unreadable("not JSON", f"{what} at line {error.lineno}, column {error.colno}.")


def _duplicate(name: str) -> Unreadable:
    return Unreadable("duplicate key", f"An object names {name[:100]!r} twice, and readers differ in which one counts.")


def _too_deep() -> Unreadable:
    return Unreadable("nested too deeply", f"Arrays and objects are nested deeper than {MAX_DEPTH}.")


def _too_long(text: str) -> Unreadable:
    return Unreadable("number too long", f"The number {text[:20]}… has {len(text):,} characters, over {MAX_DIGITS:,}.")


def _out_of_range(text: str) -> Unreadable:
    return Unreadable(
        "number out of range", f"The number {text[:40]} lies beyond 1e-{MAX_EXPONENT} to 1e{MAX_EXPONENT}."
    )
