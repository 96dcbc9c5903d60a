"""The table of docs/values.md as rows: a document as bytes, and its value, or the reason why it is refused."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Row:
    """`name` is the row's name in docs/values.md. `reason` None: the document is kept and means `value`."""

    name: str
    document: bytes
    value: Any = None
    reason: str | None = None


def _kept(name: str, document: str, value: Any) -> Row:
    return Row(name, document.encode(), value)


def _refused(name: str, document: str | bytes, reason: str) -> Row:
    return Row(name, document.encode() if isinstance(document, str) else document, reason=reason)


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


TABLE = [
    _kept("integer beyond 2^53", '{"n":9007199254740993}', {"n": 9007199254740993}),
    _kept("largest 64-bit integer", '{"n":9223372036854775807}', {"n": 9223372036854775807}),
    _kept("integer of 2^63", '{"n":9223372036854775808}', {"n": 9223372036854775808}),
    _kept("integer beyond 2^64", '{"n":18446744073709551617}', {"n": 18446744073709551617}),
    _kept("integer below -2^63", '{"n":-9223372036854775809}', {"n": -9223372036854775809}),
    _kept("integer of 1,000 digits", "9" * 1000, 10**1000 - 1),
    _kept("negative integer of 1,000 digits", "-" + "9" * 1000, 1 - 10**1000),
    _refused("integer of 1,001 digits", '{"n":' + "1" * 1001 + "}", "number too long"),
    _refused("negative integer of 1,001 digits", "-" + "1" * 1001, "number too long"),
    _refused("integer of 5,000 digits", "1" * 5000, "number too long"),
    _refused("fraction of 5,000 digits", "0." + "1" * 5000, "number too long"),
    _kept("decimal with a trailing zero", '{"n":1.10}', {"n": Decimal("1.10")}),
    _kept("decimal of 20 places", '{"n":0.10000000000000000001}', {"n": Decimal("0.10000000000000000001")}),
    _kept("small decimal", '{"n":0.0000000001}', {"n": Decimal("1E-10")}),
    _kept("exponent of 400", "1e400", Decimal("1E+400")),
    _refused("exponent of 401", "1e401", "number out of range"),
    _refused("exponent of 500", '{"n":1E+500}', "number out of range"),
    _refused("exponent of -401", "-1e-401", "number out of range"),
    _refused("exponent beyond any decimal", "1e99999999999999999999999", "number out of range"),
    _kept("minus zero", '{"n":-0}', {"n": 0}),
    _kept("minus zero as a decimal", '{"n":-0.0}', {"n": Decimal("-0.0")}),
    _kept("exponent in capitals", '{"n":1E2}', {"n": Decimal("1E+2")}),
    _refused("NaN", '{"n":NaN}', "not a JSON number"),
    _refused("Infinity", '{"n":Infinity}', "not a JSON number"),
    _refused("minus Infinity", '{"n":-Infinity}', "not a JSON number"),
    _refused("NUL escaped in a value", r'{"a":"x\u0000y"}', "NUL character"),
    _refused("NUL escaped in a key", r'{"a\u0000":1}', "NUL character"),
    _kept("backslash before u0000", r'{"a":"\\u0000"}', {"a": "\\u0000"}),
    _refused("raw NUL", '{"a":"x\0y"}', "not JSON"),
    _refused("lone high surrogate", r'{"a":"\ud800"}', "lone surrogate"),
    _refused("lone low surrogate", r'{"a":"\udc00x"}', "lone surrogate"),
    _refused("surrogates in the wrong order", r'["\udc00\ud800"]', "lone surrogate"),
    _refused("lone surrogate in a key", r'{"\ud800":1}', "lone surrogate"),
    _kept("surrogate pair", r'{"a":"\ud83d\ude00"}', {"a": "😀"}),
    _kept("escapes", r'{"a":"\/\b\f\n\r\t\"\\\u00e4"}', {"a": '/\b\f\n\r\t"\\ä'}),
    _refused("duplicate key", '{"a":1,"b":2,"a":3}', "duplicate key"),
    _refused("duplicate key with equal values", '{"a":1,"a":1}', "duplicate key"),
    _refused("duplicate key deep within", '{"x":[{"a":1,"a":2}]}', "duplicate key"),
    _refused("duplicate key hidden by an escape", r'{"a":1,"\u0061":2}', "duplicate key"),
    _kept("key order", '{"b":1,"a":2}', {"b": 1, "a": 2}),
    _refused("byte order mark", b'\xef\xbb\xbf{"a":1}', "byte order mark"),
    _refused("UTF-16 with its mark", '{"a":1}'.encode("utf-16"), "not UTF-8"),
    _refused("UTF-16 without a mark", '{"a":1}'.encode("utf-16-le"), "not JSON"),
    _refused("bad UTF-8", b'{"a":"\xff"}', "not UTF-8"),
    _refused("cp1252", '{"a":"Köln"}'.encode("cp1252"), "not UTF-8"),
    _refused("overlong UTF-8", b'{"a":"\xc0\xaf"}', "not UTF-8"),
    _refused("surrogate in UTF-8", b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
    _refused("raw tab in a string", '{"a":"x\ty"}', "not JSON"),
    _refused("trailing comma", '{"a":1,}', "not JSON"),
    _refused("trailing comma in an array", "[1,]", "not JSON"),
    _refused("hexadecimal number", '{"a":0x1F}', "not JSON"),
    _refused("comment", '{"a":1 /* one */}', "not JSON"),
    _refused("leading zero", '{"a":01}', "not JSON"),
    _refused("leading plus", '{"a":+1}', "not JSON"),
    _refused("bare fraction", '{"a":.5}', "not JSON"),
    _refused("bare point", '{"a":1.}', "not JSON"),
    _refused("single quotes", "{'a':1}", "not JSON"),
    _refused("name without quotes", "{a:1}", "not JSON"),
    _refused("empty document", "", "not JSON"),
    _refused("blank document", "  \n", "not JSON"),
    _refused("two documents", '{"a":1} {"b":2}', "not JSON"),
    _refused("cut document", '{"a":1,"b"', "not JSON"),
    _refused("blank that JSON does not know", '{"a":\u00a01}', "not JSON"),
    _kept("depth of 100", "[" * 100 + "]" * 100, _nested(100)),
    _refused("depth of 101", "[" * 101 + "]" * 101, "nested too deeply"),
    _refused("depth of 100,000", '{"a":' * 100_000, "nested too deeply"),
    _kept("many brackets, not deep", "[" + ",".join(["[]"] * 150) + "]", [[]] * 150),
    _kept("brackets in a string", '["' + "[{" * 200 + '"]', ["[{" * 200]),
    _kept("blanks as Python writes them", '{"a": 1, "b": [1, 2]}', {"a": 1, "b": [1, 2]}),
    _kept("blanks elsewhere", ' { "a" : 1 ,\r\n\t"b":[ ] } ', {"a": 1, "b": []}),
    _kept("commas and colons in strings", '{"a": "x, y\\": z", "b": 1}', {"a": 'x, y": z', "b": 1}),
    _kept("scalar at the top", "42", 42),
    _kept("string at the top", '"x"', "x"),
    _kept("null at the top", "null", None),
    _kept("array at the top", '[true,false,null,""]', [True, False, None, ""]),
    _kept("empty object", "{}", {}),
    _kept("empty key", '{"":1}', {"": 1}),
    _kept("key with a slash and a dash", '{"a/b-c":1}', {"a/b-c": 1}),
    _kept("key with a quote", '{"a\\"b":1}', {'a"b': 1}),
    _kept("composed and decomposed keys", '{"\u00e9":1,"e\u0301":2}', {"\u00e9": 1, "e\u0301": 2}),
    _kept("right-to-left key", '{"\u05d0\u05d1":1}', {"\u05d0\u05d1": 1}),
    _kept("zero-width key", '{"\u200b":1}', {"\u200b": 1}),
    _kept("key of 3,000 characters", '{"' + "k" * 3000 + '":1}', {"k" * 3000: 1}),
    _kept("highest character", '{"a":"\U0010ffff\x7f"}', {"a": "\U0010ffff\x7f"}),
]
"""Every row is one test; fast_json is held against the careful decoder over all of them."""

KEPT = [row for row in TABLE if row.reason is None]
REFUSED = [row for row in TABLE if row.reason is not None]


def same(left: Any, right: Any) -> bool:
    """Equal in value, type, sign, digits and order, at every depth: `==` alone takes 1 for 1.0 and True for 1."""
    return bool(exact(left) == exact(right))


def exact(value: Any) -> Any:
    """A form of the value in which `==` sees everything."""
    if isinstance(value, dict):
        return ("dict", [(name, exact(item)) for name, item in value.items()])
    if isinstance(value, list):
        return ("list", [exact(item) for item in value])
    return (type(value).__name__, value.as_tuple() if isinstance(value, Decimal) else value)
