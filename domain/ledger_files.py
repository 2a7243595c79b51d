"""The ledger as a file: a line for each entry in a stable order, a trailer with counts and sums, a SHA-256 of it."""

import csv
import hashlib
import io
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from domain.ledger import AccountCode, PostingKind, TransferSource
from domain.money import Money


class FileFormat(Enum):
    """How the lines are written."""

    CSV = "CSV"
    JSON_LINES = "JSON_LINES"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledEntry:
    """An entry with its transfer and account, as a line of the file."""

    transfer_id: UUID
    kind: PostingKind
    source_type: TransferSource
    source_id: UUID
    posted_at: datetime
    entry_id: int
    account_id: UUID
    account_code: AccountCode
    organization_id: UUID | None
    currency: str
    amount_minor: int
    invoice_id: UUID | None
    hold_id: UUID | None
    payment_id: UUID | None
    payout_id: UUID | None
    reverses_id: UUID | None
    reason: str | None


@dataclass(slots=True)
class Total:
    """What the entries of a currency come to."""

    currency: str
    entry_count: int = 0
    debit_minor: int = 0
    credit_minor: int = 0

    @property
    def debit(self) -> Money:
        return Money(self.debit_minor, self.currency)

    @property
    def credit(self) -> Money:
        return Money(self.credit_minor, self.currency)


COLUMNS = (
    *("record", "transfer", "kind", "sourceType", "source", "postedAt", "entry", "account", "accountCode"),
    *("organization", "currency", "debit", "credit", "invoice", "hold", "payment", "payout", "reverses", "reason"),
    "count",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


@dataclass(slots=True)
class LedgerFile:
    """Makes the text of a file piece by piece and keeps count of what it has made; it never holds the whole."""

    format: FileFormat
    totals: dict[str, Total] = field(default_factory=dict)
    byte_count: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    @property
    def entry_count(self) -> int:
        return sum(total.entry_count for total in self.totals.values())

    @property
    def sha256(self) -> str:
        """Of all the text there is so far; of the file, once the trailer is made."""
        digest: str = self._hash.hexdigest()
        return digest

    def head(self) -> str:
        return self._kept(_csv_line(COLUMNS) if self.format is FileFormat.CSV else "")

    def line(self, entry: FiledEntry) -> str:
        total = self.totals.setdefault(entry.currency, Total(entry.currency))
        total.entry_count += 1
        debit, credit = max(entry.amount_minor, 0), max(-entry.amount_minor, 0)
        total.debit_minor += debit
        total.credit_minor += credit
        return self._kept(self._written(_record_of(entry, debit, credit)))

    def trailer(self) -> str:
        """A line for each currency, in the order of their codes, with how many entries there are and their sums."""
        lines = []
        for _, total in sorted(self.totals.items()):
            sums = {"debit": str(total.debit.decimal), "credit": str(total.credit.decimal)}
            record = {"record": "TOTAL", "currency": total.currency, **sums, "count": total.entry_count}
            lines.append(self._written(record))
        return self._kept("".join(lines))

    def _written(self, record: dict[str, Any]) -> str:
        if self.format is FileFormat.JSON_LINES:
            return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
        cells = defaultdict(str, record)
        return _csv_line(_harmless(cells[column]) for column in COLUMNS)

    def _kept(self, text: str) -> str:
        data = text.encode()
        self._hash.update(data)
        self.byte_count += len(data)
        return text


def _record_of(entry: FiledEntry, debit: int, credit: int) -> dict[str, Any]:
    """What is known of an entry; nothing is said of what it does not have."""
    known = {
        "record": "ENTRY",
        "transfer": str(entry.transfer_id),
        "kind": entry.kind.value,
        "sourceType": entry.source_type.value,
        "source": str(entry.source_id),
        "postedAt": entry.posted_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "entry": entry.entry_id,
        "account": str(entry.account_id),
        "accountCode": entry.account_code.name,
        "organization": entry.organization_id,
        "currency": entry.currency,
        "debit": str(Money(debit, entry.currency).decimal) if debit else None,
        "credit": str(Money(credit, entry.currency).decimal) if credit else None,
        "invoice": entry.invoice_id,
        "hold": entry.hold_id,
        "payment": entry.payment_id,
        "payout": entry.payout_id,
        "reverses": entry.reverses_id,
        "reason": entry.reason,
    }
    return {
        name: str(value) if isinstance(value, UUID) else value for name, value in known.items() if value is not None
    }


def _harmless(cell: Any) -> str:
    """The cell as text; one that a spreadsheet would take for a formula begins with an apostrophe."""
    text = str(cell)
    return "'" + text if text.startswith(_FORMULA) else text


def _csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
