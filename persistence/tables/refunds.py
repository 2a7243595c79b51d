"""Tables of refunds."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.attempts import AttemptState
from domain.payment_methods import Provider
from domain.provider_calls import CallState
from domain.refunds import RefundCause
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

refunds = Table(
    "refunds",
    metadata,
    key(),
    ref("payment_id", "payments", index=True),
    ref("invoice_id", "invoices", optional=True, index=True),
    ref("credit_note_id", "credit_notes", optional=True, index=True),
    ref("hold_id", "escrow_holds", optional=True, index=True),
    ref("issuer_id", "organizations", index=True),
    ref("payer_id", "organizations", index=True),
    Column("provider", one_of(Provider, "provider"), nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("cause", one_of(RefundCause, "cause"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("awaits_approval", Boolean, nullable=False),
    Column("failure_code", Text),
    Column("next_ask_at", Instant),
    Column("asked", Integer, nullable=False),
    Column("unknown_since", Instant),
    Column("status", one_of(CallState, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("amount_minor >= 1", name="amount"),
    CheckConstraint("(hold_id IS NULL) <> (cause = 'HOLD')", name="hold"),
    CheckConstraint("status = 'PENDING' OR NOT awaits_approval", name="approved_before_sent"),
)
Index(
    "ix_refunds_unfinished",
    refunds.c.status,
    refunds.c.next_ask_at,
    postgresql_where=text("status IN ('PENDING', 'PROCESSING', 'UNKNOWN')"),
)

refund_attempts = Table(
    "refund_attempts",
    metadata,
    key(),
    ref("refund_id", "refunds"),
    Column("number", Integer, nullable=False),
    Column("status", one_of(AttemptState, "status"), nullable=False),
    Column("provider_id", Text, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("not_found_at", Instant),
    Column("answer", JSONB, nullable=False),
    Index("uq_refund_attempts_number", "refund_id", "number", unique=True),
)
