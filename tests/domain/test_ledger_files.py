"""The ledger as a file: lines, trailer, SHA-256, and cells that a spreadsheet must not compute."""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.export_files import FileFormat
from domain.ledger import AccountCode, PostingKind, TransferSource
from domain.ledger_files import COLUMNS, FiledEntry, LedgerFile

ONE, TWO = UUID(int=1), UUID(int=2)


def entry(amount_minor: int, currency: str = "EUR", reason: str | None = None, **changes: Any) -> FiledEntry:
    fields: dict[str, Any] = {
        "transfer_id": ONE,
        "kind": PostingKind.P1,
        "source_type": TransferSource.INVOICE,
        "source_id": TWO,
        "posted_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        "entry_id": 7,
        "account_id": TWO,
        "account_code": AccountCode.RECEIVABLE,
        "organization_id": ONE,
        "currency": currency,
        "amount_minor": amount_minor,
        "reason": reason,
        **dict.fromkeys(("invoice_id", "hold_id", "payment_id", "payout_id", "reverses_id")),
    }
    return FiledEntry(**(fields | changes))


def written(format: FileFormat, *entries: FiledEntry) -> tuple[str, LedgerFile]:
    file = LedgerFile(format)
    text = file.head() + "".join(map(file.line, entries)) + file.trailer()
    return text, file


def test_a_csv_has_a_line_for_each_entry_and_sums_by_currency_at_its_end() -> None:
    text, file = written(
        FileFormat.CSV, entry(115_000, invoice_id=TWO), entry(-115_000), entry(500, "JPY"), entry(-500, "JPY")
    )
    header, first, second, *rest = csv.reader(io.StringIO(text))
    assert header == list(COLUMNS)
    found = dict(zip(header, first, strict=True))
    assert {name: value for name, value in found.items() if value} == {
        "record": "ENTRY",
        "transfer": str(ONE),
        "kind": "P1",
        "sourceType": "Invoice",
        "source": str(TWO),
        "postedAt": "2026-03-01T09:30:00Z",
        "entry": "7",
        "account": str(TWO),
        "accountCode": "RECEIVABLE",
        "organization": str(ONE),
        "currency": "EUR",
        "debit": "1150.00",
        "invoice": str(TWO),
    }
    assert dict(zip(header, second, strict=True))["credit"] == "1150.00"
    totals = [[cell for cell in row if cell] for row in rest[2:]]
    assert totals == [["TOTAL", "EUR", "1150.00", "1150.00", "2"], ["TOTAL", "JPY", "500", "500", "2"]]
    assert (file.entry_count, file.byte_count) == (4, len(text.encode()))


def test_json_lines_say_only_what_there_is() -> None:
    text, _ = written(FileFormat.JSON_LINES, entry(1, reason="Ünpaid"))
    first, total = map(json.loads, text.splitlines())
    assert first["reason"] == "Ünpaid"
    assert "invoice" not in first
    assert "credit" not in first
    assert total == {"record": "TOTAL", "currency": "EUR", "debit": "0.01", "credit": "0.00", "count": 1}


@pytest.mark.parametrize("format", FileFormat)
def test_the_sha_256_is_that_of_the_whole_file(format: FileFormat) -> None:
    text, file = written(format, entry(1), entry(-1))
    assert file.sha256 == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("reason", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_compute_begins_with_an_apostrophe(reason: str) -> None:
    text, _ = written(FileFormat.CSV, entry(1, reason=reason))
    assert list(csv.reader(io.StringIO(text, newline="")))[1][COLUMNS.index("reason")] == "'" + reason
    as_json, _ = written(FileFormat.JSON_LINES, entry(1, reason=reason))
    assert json.loads(as_json.splitlines()[0])["reason"] == reason


def test_words_with_commas_quotes_and_lines_stay_one_cell() -> None:
    reason = 'a "b", c\nd'
    text, _ = written(FileFormat.CSV, entry(1, reason=reason))
    assert list(csv.reader(io.StringIO(text, newline="")))[1][COLUMNS.index("reason")] == reason
