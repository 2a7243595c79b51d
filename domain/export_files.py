"""Exported files: records as CSV or JSON lines, made piece by piece, with their length and their SHA-256."""

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

PART_CHARACTERS = 64 * 1024
"""A part of a file ends with the first line that reaches this."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


class FileFormat(Enum):
    """How the lines are written."""

    CSV = "CSV"
    JSON_LINES = "JSON_LINES"


@dataclass(slots=True)
class RecordFile:
    """Makes the text of a file and keeps count of what it has made; it never holds the whole."""

    format: FileFormat
    columns: Sequence[str]
    byte_count: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """Of all the text there is so far; of the file, once all of it is made."""
        digest: str = self._hash.hexdigest()
        return digest

    def head(self) -> str:
        return self._kept(_csv_line(self.columns) if self.format is FileFormat.CSV else "")

    def record(self, record: Mapping[str, Any]) -> str:
        """A line. In CSV what is a JSON document stands in one cell."""
        if self.format is FileFormat.JSON_LINES:
            return self._kept(_json(record) + "\n")
        cells = defaultdict(str, record)
        return self._kept(_csv_line(_harmless(cells[column]) for column in self.columns))

    def _kept(self, text: str) -> str:
        data = text.encode()
        self._hash.update(data)
        self.byte_count += len(data)
        return text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _harmless(cell: Any) -> str:
    """The cell as text; one that a spreadsheet would take for a formula begins with an apostrophe."""
    text = _json(cell) if isinstance(cell, Mapping) else str(cell)
    return "'" + text if text.startswith(_FORMULA) else text


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
