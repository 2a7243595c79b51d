"""The ledger as a file: a line for each entry in a stable order, a trailer with counts and sums, a SHA-256 of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.export_files import FileFormat, RecordFile
from domain.ledger import AccountCode, PostingKind, TransferSource
from domain.money import Money


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


class LedgerFile(RecordFile):
    """The file, piece by piece, and what its entries come to."""

    def __init__(self, format: FileFormat) -> None:
        super().__init__(format, COLUMNS)
        self.totals: dict[str, Total] = {}

    @property
    def entry_count(self) -> int:
        return sum(total.entry_count for total in self.totals.values())

    def line(self, entry: FiledEntry) -> str:
        total = self.totals.setdefault(entry.currency, Total(entry.currency))
        total.entry_count += 1
        debit, credit = max(entry.amount_minor, 0), max(-entry.amount_minor, 0)
        total.debit_minor += debit
        total.credit_minor += credit
        return self.record(_record_of(entry, debit, credit))

    def trailer(self) -> str:
        """A line for each currency, in the order of their codes, with how many entries there are and their sums."""
        lines = []
        for _, total in sorted(self.totals.items()):
            sums = {"debit": str(total.debit.decimal), "credit": str(total.credit.decimal)}
            record = {"record": "TOTAL", "currency": total.currency, **sums, "count": total.entry_count}
            lines.append(self.record(record))
        return "".join(lines)


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
