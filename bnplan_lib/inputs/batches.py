"""How is a table read part by part? CSV and Parquet of any length in bounded memory."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from bnplan_lib.errors import Fault, FaultyInput, nearest, shorten

BATCH_BYTES: Final = 2**22  # of CSV; one record must fit
BATCH_ROWS: Final = 2**16  # of Parquet
HEADER_BYTES: Final = 2**20


class Source(Protocol):
    """A file whose rows can be read more than once, part by part."""

    @property
    def path(self) -> Path:
        """Return where the file is."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""

    def batches(self, names: Sequence[str], listed: Sequence[str], ragged: list[int]) -> Iterator[Any]:
        """Yield pyarrow batches of some columns, those `listed` by their distinct texts.

        A CSV record of another length than the header is left out and adds one to `ragged`.
        """

    def faults(self, found: Sequence[tuple[int, str, str, str]], ragged: int, limit: int) -> list[Fault]:
        """Return faults in order of lines, from row (from 0), column, rule and found; lines of another length, too."""


def open_source(path: Path) -> Source:
    """Return a file of rows, known by the end of its name.

    Raises
    ------
    FaultyInput
        If it is not there, is not a file, or is not what its name says.
    """
    try:
        if not path.exists():
            raise FaultyInput([Fault(str(path), "no such file")])
        if not path.is_file():
            raise FaultyInput([Fault(str(path), "must be a file", "a folder" if path.is_dir() else "a device")])
        if path.suffix.lower() == ".parquet":
            return _parquet(path)
        if path.suffix.lower() == ".csv":
            return _csv(path)
    except OSError as error:
        raise FaultyInput([Fault(str(path), "must be readable", str(error.strerror or error))]) from error
    raise FaultyInput([Fault(path.name, "must have a name that ends in .csv or .parquet")])


def check_columns(source: Source, names: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Raise where a column is missing, or stands twice.

    Raises
    ------
    FaultyInput
        All such columns at once.
    """
    place = f"{source.path.name}:1"
    hint = " (separated by semicolons: save it with commas)" if ";" in "".join(source.names) else ""
    faults = [
        Fault(
            place,
            f"must have a column {name}{nearest(name, [shorten(one)[1:-1] for one in source.names if one])}{hint}",
        )
        for name in names
        if name not in source.names
    ]
    faults += [
        Fault(place, f"must have one column {name}", str(source.names.count(name)))
        for name in dict.fromkeys([*names, *optional])
        if source.names.count(name) > 1
    ]
    if faults:
        raise FaultyInput(faults)


@dataclass(frozen=True, slots=True)
class _Csv:
    path: Path
    names: tuple[str, ...]

    def batches(self, names: Sequence[str], listed: Sequence[str], ragged: list[int]) -> Iterator[Any]:
        import pyarrow as pa
        from pyarrow import csv as arrow

        def leave_out(_: Any) -> str:
            ragged[0] += 1
            return "skip"

        kinds = {name: pa.dictionary(pa.int32(), pa.string()) if name in listed else pa.string() for name in names}
        try:
            yield from arrow.open_csv(
                str(self.path),
                read_options=arrow.ReadOptions(block_size=BATCH_BYTES),
                parse_options=arrow.ParseOptions(newlines_in_values=True, invalid_row_handler=leave_out),
                convert_options=arrow.ConvertOptions(
                    column_types=kinds, include_columns=list(names), strings_can_be_null=True, null_values=[""]
                ),
            )
        except pa.ArrowInvalid as error:
            raise FaultyInput([_why(self.path, error)]) from error

    def faults(self, found: Sequence[tuple[int, str, str, str]], ragged: int, limit: int) -> list[Fault]:
        wanted, left = {row for row, *_ in found}, min(ragged, limit)
        lines: dict[int, int] = {}
        faults = []
        for row, line, cells in _records(self.path, len(self.names)) if found or ragged else ():
            if row is None and left:
                rule = f"must have {len(self.names)} cells"
                faults.append((line, Fault(f"{self.path.name}:{line}", rule, str(cells))))
                left -= 1
            elif row in wanted:
                lines[row] = line
            if not left and len(lines) == len(wanted):
                break
        for place, column, rule, what in found:
            line = lines.get(place, place + 2)
            faults.append((line, Fault(f"{self.path.name}:{line}:{column}", rule, what)))
        return [fault for _, fault in sorted(faults, key=lambda one: one[0])][:limit]


@dataclass(frozen=True, slots=True)
class _Parquet:
    path: Path
    names: tuple[str, ...]
    kinds: tuple[Any, ...]

    def batches(self, names: Sequence[str], listed: Sequence[str], ragged: list[int]) -> Iterator[Any]:
        import pyarrow as pa
        from pyarrow import parquet

        texts = [name for name in listed if self.kinds[self.names.index(name)] in (pa.string(), pa.large_string())]
        try:
            with parquet.ParquetFile(self.path, read_dictionary=texts, pre_buffer=False) as file:
                yield from file.iter_batches(BATCH_ROWS, columns=list(names))
        except (pa.ArrowException, OSError) as error:
            what = shorten(str(error), 120)
            raise FaultyInput([Fault(self.path.name, "must be a whole Parquet file", what)]) from error

    def faults(self, found: Sequence[tuple[int, str, str, str]], ragged: int, limit: int) -> list[Fault]:
        ordered = sorted(found, key=lambda one: one[0])[:limit]
        return [Fault(f"{self.path.name}:{row + 1}:{column}", rule, what) for row, column, rule, what in ordered]


def _parquet(path: Path) -> _Parquet:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        what = shorten(str(error).splitlines()[0], 120)
        raise FaultyInput([Fault(path.name, "must be a whole Parquet file", what)]) from error
    return _Parquet(path, tuple(schema.names), tuple(schema.types))


def _csv(path: Path) -> _Csv:
    with path.open("rb") as file:
        raw = file.read(HEADER_BYTES)
    if raw.startswith(b"PAR1"):
        raise FaultyInput([Fault(path.name, "must be CSV text", "a Parquet file: let its name end in .parquet")])
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(raw)
        names = next((row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row), [])
    except UnicodeDecodeError:
        raise FaultyInput([_not_utf8(path)]) from None
    except csv.Error as error:
        raise FaultyInput([Fault(f"{path.name}:1", "must be well-formed CSV", str(error))]) from None
    if not names:
        raise FaultyInput([Fault(path.name, "must not be empty")])
    return _Csv(path, tuple(names))


def _records(path: Path, width: int) -> Iterator[tuple[int | None, int, int]]:
    """Yield each record's row (from 0, the header -1, none where its length differs), first line and length."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file, suppress(csv.Error):
        reader = csv.reader(file)
        row, line = -1, 1
        for cells in reader:
            if len(cells) == width:
                yield row, line, width
                row += 1
            elif cells:  # pyarrow, too, leaves out blank lines
                yield None, line, len(cells)
            line = reader.line_num + 1


def _why(path: Path, error: Exception) -> Fault:
    """Return what is wrong with CSV that cannot be read on."""
    if "UTF8" in str(error):
        return _not_utf8(path)
    if "straddling" in str(error):
        return Fault(path.name, f"a record holds at most {BATCH_BYTES} bytes", "a longer one, or a quote left open")
    return Fault(path.name, "must be well-formed CSV", shorten(str(error), 120))


def _not_utf8(path: Path) -> Fault:
    with path.open("rb") as file:
        for line, raw in enumerate(file, 1):
            try:
                raw.decode()
            except UnicodeDecodeError as error:
                return Fault(f"{path.name}:{line}", "must be UTF-8 text", f"byte {raw[error.start]:#04x}")
    return Fault(path.name, "must be UTF-8 text")
