"""Tables of what goes another way than planned: write-offs, money from outside, chargebacks, exceptions."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, Text, UniqueConstraint, Uuid, text

from domain.chargebacks import ChargebackStatus
from domain.money_exceptions import MoneyExceptionKind, MoneyExceptionStatus
from domain.payment_methods import Provider
from domain.recorded_payments import RecordedPaymentMethod, RecordedPaymentStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

write_off_tolerances = Table(
    "write_off_tolerances",
    metadata,
    key(),
    Column("currency", Text, nullable=False),
    minor("amount_minor"),
    Column("set_at", Instant, nullable=False),
    ref("set_by_id", "users", optional=True),
    CheckConstraint("amount_minor >= 0", name="not_negative"),
    Index("ix_write_off_tolerances_newest", "currency", "id"),
)

recorded_payments = Table(
    "recorded_payments",
    metadata,
    key(),
    ref("invoice_id", "invoices", index=True),
    ref("issuer_id", "organizations"),
    ref("recipient_id", "organizations", optional=True),
    minor("amount_minor"),
    minor("allocated_minor"),
    Column("currency", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("method", one_of(RecordedPaymentMethod, "method"), nullable=False),
    Column("reference", Text, nullable=False),
    ref("recorded_by_id", "users", optional=True),
    Column("removed_at", Instant),
    Column("remove_reason", Text),
    Column("status", one_of(RecordedPaymentStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("allocated_minor BETWEEN 1 AND amount_minor", name="amount"),
    CheckConstraint("(status = 'REMOVED') = (removed_at IS NOT NULL)", name="removed"),
)

chargebacks = Table(
    "chargebacks",
    metadata,
    key(),
    ref("payment_id", "payments", index=True),
    ref("invoice_id", "invoices", optional=True, index=True),
    Column("hold_id", Uuid),
    ref("issuer_id", "organizations", index=True),
    Column("provider", one_of(Provider, "provider"), nullable=False),
    Column("external_id", Text, nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence_due_at", Instant, nullable=False),
    Column("evidence", Text),
    ref("answered_by_id", "users", optional=True),
    Column("tell_at", Instant),
    minor("escrow_minor"),
    minor("net_minor"),
    minor("held_minor"),
    Column("decided_at", Instant),
    Column("status", one_of(ChargebackStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("provider", "external_id"),
    CheckConstraint("amount_minor >= 1 AND escrow_minor BETWEEN 0 AND amount_minor", name="amount"),
    CheckConstraint("held_minor BETWEEN 0 AND net_minor", name="held"),
    CheckConstraint("(status IN ('WARNING', 'NEEDS_RESPONSE', 'UNDER_REVIEW')) = (decided_at IS NULL)", name="decided"),
    CheckConstraint("status <> 'UNDER_REVIEW' OR evidence IS NOT NULL", name="evidence"),
)
Index(
    "ix_chargebacks_due",
    chargebacks.c.evidence_due_at,
    postgresql_where=text("status = 'NEEDS_RESPONSE'"),
)
Index("ix_chargebacks_tell", chargebacks.c.tell_at, postgresql_where=text("tell_at IS NOT NULL"))

chargeback_feeds = Table(
    "chargeback_feeds",
    metadata,
    Column("provider", one_of(Provider, "provider"), primary_key=True),
    Column("read_up_to", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
)

money_exceptions = Table(
    "money_exceptions",
    metadata,
    key(),
    Column("kind", one_of(MoneyExceptionKind, "kind"), nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_key", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("actual", Text, nullable=False),
    ref("organization_id", "organizations", optional=True),
    ref("owner_id", "users", optional=True),
    Column("resolution", Text),
    ref("decided_by_id", "users", optional=True),
    Column("decided_at", Instant),
    Column("provider", one_of(Provider, "provider", checked=False)),
    Column("day", Date),
    minor("expected_minor", optional=True),
    Column("expected_currency", Text),
    minor("actual_minor", optional=True),
    Column("actual_currency", Text),
    Column("status", one_of(MoneyExceptionStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint(
        "num_nulls(expected_minor, expected_currency, actual_minor, actual_currency) IN (0, 4)", name="amounts"
    ),
    CheckConstraint("(status IN ('RESOLVED', 'WAIVED')) = (resolution IS NOT NULL)", name="resolution"),
    CheckConstraint("(resolution IS NULL) = (decided_at IS NULL)", name="decided_at"),
    CheckConstraint("status <> 'ASSIGNED' OR owner_id IS NOT NULL", name="owner"),
)
Index(
    "uq_money_exceptions_undecided",
    money_exceptions.c.kind,
    money_exceptions.c.subject_type,
    money_exceptions.c.subject_key,
    unique=True,
    postgresql_where=text("status IN ('OPEN', 'ASSIGNED')"),
)

Index("ix_money_exceptions_subject", money_exceptions.c.subject_key)
Index(
    "ix_money_exceptions_compared",
    money_exceptions.c.provider,
    postgresql_where=text("provider IS NOT NULL AND status <> 'RESOLVED'"),
)

integrity_runs = Table(
    "integrity_runs",
    metadata,
    key(),
    Column("started_at", Instant, nullable=False, index=True),
)
