"""What do the columns of a register hold, and where do they break their rules?"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from bnplan_lib.errors import Fault, FaultyInput, shorten
from bnplan_lib.inputs.texts import text_problem
from bnplan_lib.model.profiles import PROFILES
from bnplan_lib.model.quarters import is_quarter, quarter_number

if TYPE_CHECKING:
    import pyarrow as pa

MAX_COST: Final = 1e9
MAX_CLASSES: Final = 2**15
MAX_TEXT: Final = 200
NUMBER: Final = r"\A-?[0-9]{1,15}(\.[0-9]+)?\z"
BLANK, WRONG = -1, -2
HASHED: Final = 8_192  # rows hashed at once
ODD: Final = 0x9E3779B97F4A7C15

Found = Callable[[int], str]
Tell = Callable[[str, str, np.ndarray, Found], None]


def read_columns(
    batch: pa.RecordBatch, by: str | None, profile: str, known: dict[str, int], tell: Tell
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the columns of a part of the register by the names of `Register`, and of the ids a hash.

    Every cell that breaks a rule is told by column, rule, a mask of rows and a way to show what was found.

    Raises
    ------
    FaultyInput
        If there are too many classes.
    """
    text = read_ids(batch.column("id"), tell)
    yield "hash", hash_texts(text.drop_null())
    first = _quarters(batch.column("start"), "start", tell)
    last = _quarters(batch.column("end"), "end", tell)
    early = (last < first) & (last >= 0)
    if early.any():
        ends = batch.column("start"), batch.column("end")
        tell(
            "end",
            "must not come before start",
            early,
            lambda row: " to ".join(shorten(one[row].as_py()) for one in ends),
        )
    yield "first", first
    yield "last", last
    yield "cost_bn_vnd", _costs(batch.column("cost_bn_vnd"), tell)
    spent = np.full(batch.num_rows, list(PROFILES).index(profile), np.int8)
    if "profile" in batch.schema.names:
        codes, found = _looked_up(batch.column("profile"), _profile)
        tell("profile", f"must be one of {', '.join(PROFILES)}", codes == WRONG, found)
        spent = np.where(codes == BLANK, spent, codes).astype(np.int8)
    yield "profile", spent
    if by:
        codes, found = _looked_up(batch.column(by), lambda text: _class(text, known))
        rule = f"must be printable text of at most {MAX_TEXT} characters, without blanks around it, markup, characters "
        rule += "that show nothing or letters read from right to left"
        tell(by, rule, codes == WRONG, found)
        if (codes == BLANK).any():
            codes[codes == BLANK] = known.setdefault("", len(known))
        if len(known) > MAX_CLASSES:
            raise FaultyInput([Fault(by, f"must hold at most {MAX_CLASSES} different texts to divide by", "more")])
        yield "classes", codes.astype(np.int16)


def check_types(schema: pa.Schema, file: str, by: str | None) -> None:
    """Raise where a column is of a type that no rule can be held against, such as a date.

    Raises
    ------
    FaultyInput
        All such columns at once.
    """
    from pyarrow import types

    def is_text(kind: pa.DataType) -> bool:
        kind = kind.value_type if types.is_dictionary(kind) else kind
        return types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind)

    def is_number(kind: pa.DataType) -> bool:
        return types.is_floating(kind) or types.is_integer(kind) or types.is_decimal(kind) or is_text(kind)

    quarter = "must be text such as 2026Q1"
    rules = {"id": "must be text", "start": quarter, "end": quarter, "profile": "must be text", by: "must be text"}
    faults = [
        Fault(f"{file}:{one.name}", rules.get(one.name, "must be numbers"), str(one.type))
        for one in schema
        if not (is_number(one.type) if one.name == "cost_bn_vnd" else is_text(one.type))
    ]
    if faults:
        raise FaultyInput(faults)


def _looked_up(array: pa.Array, number: Callable[[str], int]) -> tuple[np.ndarray, Found]:
    """Return the number of each text, BLANK for none, and the way back to the text; each text is asked for once."""
    import pyarrow as pa

    if not pa.types.is_dictionary(array.type):
        array = array.cast(pa.string()).dictionary_encode()
    texts = [*array.dictionary.cast(pa.string()).to_pylist(), None]
    places = array.indices.cast(pa.int32()).fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
    used = np.zeros(len(texts), bool)
    used[places] = True
    numbers = [number(text) if text and use else BLANK for text, use in zip(texts, used.tolist(), strict=True)]
    return np.array(numbers, np.int32)[places], lambda row: shorten(texts[places[row]])


def _quarters(array: pa.Array, column: str, tell: Tell) -> np.ndarray:
    numbers, found = _looked_up(array, lambda text: quarter_number(text) if _is_plain_quarter(text) else WRONG)
    tell(column, "must not be blank", numbers == BLANK, lambda _: "")
    tell(column, "must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4", numbers == WRONG, found)
    return numbers


def _is_plain_quarter(text: str) -> bool:
    return text.isascii() and is_quarter(text)


def _profile(text: str) -> int:
    return list(PROFILES).index(text) if text in PROFILES else WRONG


def _class(text: str, known: dict[str, int]) -> int:
    text = unicodedata.normalize("NFC", text)
    if len(text) > MAX_TEXT or text_problem(text) or text != text.strip():
        return WRONG
    return known.setdefault(text, len(known))


def _costs(array: pa.Array, tell: Tell) -> np.ndarray:
    """Return costs with NaN where there is none."""
    import pyarrow as pa
    from pyarrow import compute, types

    def found(row: int) -> str:
        value = array[row].as_py()
        return shorten(value) if isinstance(value, str) else str(value)

    if types.is_floating(array.type) or types.is_integer(array.type) or types.is_decimal(array.type):
        numbers = array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        wrong = ~np.isfinite(numbers) & array.is_valid().to_numpy(zero_copy_only=False)
    else:
        text = array.cast(pa.string())
        sound = compute.match_substring_regex(text, NUMBER)
        wrong = ~compute.or_kleene(sound, compute.equal(text, "")).fill_null(True).to_numpy(zero_copy_only=False)
        numbers = compute.if_else(sound, text, None).cast(pa.float64()).to_numpy(zero_copy_only=False)
    tell("cost_bn_vnd", "must be a number such as 1234.5", wrong, found)
    tell("cost_bn_vnd", "must be at least 0", (numbers < 0) & ~wrong, found)
    tell("cost_bn_vnd", f"must be at most {MAX_COST:.0f}", (numbers > MAX_COST) & ~wrong, found)
    return numbers


def read_ids(array: pa.Array, tell: Tell = lambda *_: None) -> pa.Array:
    """Return ids with none where they are wrong."""
    import pyarrow as pa
    from pyarrow import compute

    given = array.cast(pa.string())
    text = compute.if_else(compute.equal(given, ""), None, given)
    blank = text.is_null().to_numpy(zero_copy_only=False)
    tell("id", "must not be blank", blank, lambda _: "")
    _, letters = _letters(text)
    if letters.size and (letters.min() <= ord(" ") or letters.max() >= 127):  # else all is plain and printable
        text = compute.utf8_normalize(text, "NFC")
        plain = compute.and_(compute.utf8_is_printable(text), compute.equal(compute.utf8_trim_whitespace(text), text))
        text = compute.if_else(plain, text, None)
    text = compute.if_else(compute.less_equal(compute.utf8_length(text), MAX_TEXT), text, None)
    odd = text.is_null().to_numpy(zero_copy_only=False) & ~blank
    rule = f"must be printable text of at most {MAX_TEXT} characters, without blanks around it"
    tell("id", rule, odd, lambda row: shorten(given[row].as_py()))
    return text


def _letters(text: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return where each text begins and the last ends, and the bytes of all."""
    _, places, letters = text.buffers()
    ends = np.frombuffer(places, np.int32)[text.offset : text.offset + len(text) + 1]
    if letters is None or ends[0] == ends[-1]:
        return ends - ends[0], np.zeros(0, np.uint8)
    return ends - ends[0], np.frombuffer(letters, np.uint8)[ends[0] : ends[-1]]


def hash_texts(text: pa.Array) -> np.ndarray:
    """Return for each text the value of a polynomial of its bytes, modulo 2^64."""
    parts = [np.zeros(0, np.uint64)]
    for begin in range(0, len(text), HASHED):
        ends, letters = _letters(text[begin : begin + HASHED])
        powers, inverses = _powers(1 << int(ends[-1]).bit_length())
        sums = np.zeros(len(letters) + 1, np.uint64)
        np.cumsum((letters + np.uint64(1)) * powers[: len(letters)], out=sums[1:])
        parts.append((sums[ends[1:]] - sums[ends[:-1]]) * inverses[ends[:-1]])
    return np.concatenate(parts)


@lru_cache(maxsize=2)
def _powers(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the powers of an odd number and of its inverse, from the first on."""
    inverse = pow(ODD, -1, 2**64)
    return tuple(np.cumprod(np.full(size, one, np.uint64)) for one in (ODD, inverse))  # type: ignore[return-value]
