"""Tables of credit notes."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain.credit_notes import CreditNoteStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

credit_notes = Table(
    "credit_notes",
    metadata,
    key(),
    ref("invoice_id", "invoices", index=True),
    ref("issuer_id", "organizations", index=True),
    ref("customer_id", "customers"),
    ref("recipient_id", "organizations", optional=True, index=True),
    Column("series", Text),
    Column("year", Integer),
    Column("sequence", Integer),
    Column("number", Text),
    Column("issue_on", Date),
    Column("time_zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    minor("net_total_minor"),
    minor("tax_total_minor"),
    minor("total_minor"),
    minor("applied_minor"),
    minor("returned_minor"),
    minor("outside_minor"),
    minor("fee_minor"),
    minor("debt_minor"),
    Column("issued_at", Instant),
    Column("voided_at", Instant),
    Column("void_reason", Text),
    Column("status", one_of(CreditNoteStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint(
        "net_total_minor + tax_total_minor = total_minor AND net_total_minor >= 0 AND tax_total_minor >= 0"
        " AND total_minor >= 1",
        name="totals",
    ),
    CheckConstraint(
        "applied_minor >= 0 AND returned_minor >= 0"
        " AND applied_minor + returned_minor = CASE status WHEN 'DRAFT' THEN 0 ELSE total_minor END",
        name="used",
    ),
    CheckConstraint(
        "fee_minor >= 0 AND debt_minor >= 0 AND fee_minor + debt_minor <= returned_minor"
        " AND outside_minor >= 0 AND outside_minor <= returned_minor",
        name="paid_for",
    ),
    CheckConstraint("(status = 'DRAFT') = (number IS NULL)", name="numbered_when_issued"),
    Index("uq_credit_notes_sequence", "issuer_id", "series", "year", "sequence", unique=True),
)

credit_note_lines = Table(
    "credit_note_lines",
    metadata,
    key(),
    ref("credit_note_id", "credit_notes"),
    ref("invoice_line_id", "invoice_lines", index=True),
    Column("position", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("currency", Text, nullable=False),
    minor("amount_minor"),
    minor("net_minor"),
    minor("tax_minor"),
    Column("taxes", JSONB, nullable=False),
    CheckConstraint(
        "net_minor + tax_minor = amount_minor AND net_minor >= 0 AND tax_minor >= 0 AND amount_minor >= 1",
        name="amount",
    ),
    Index("uq_credit_note_lines_position", "credit_note_id", "position", unique=True),
)
