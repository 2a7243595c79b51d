"""Tables of providers' reports and of the runs that compare them with the ledger."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, Table, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.cash_reconciliations import ReconciliationPhase, ReconciliationStatus
from domain.payment_methods import Provider
from domain.provider_reports import LineKind, ReportOrigin
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref


def _provider() -> Column[Provider]:
    return Column("provider", one_of(Provider, "provider", checked=False), nullable=False)


provider_reports = Table(
    "provider_reports",
    metadata,
    key(),
    _provider(),
    Column("day", Date, nullable=False),
    Column("origin", one_of(ReportOrigin, "origin"), nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("balances", JSONB, nullable=False),
    Column("read_at", Instant, nullable=False),
    UniqueConstraint("provider", "day"),
)

provider_report_lines = Table(
    "provider_report_lines",
    metadata,
    key(),
    _provider(),
    Column("external_id", Text, nullable=False),
    Column("kind", one_of(LineKind, "kind"), nullable=False),
    Column("key", Uuid),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    minor("fee_minor"),
    Column("at", Instant, nullable=False),
    Column("subject_type", Text),
    Column("subject_id", Uuid),
    UniqueConstraint("provider", "external_id", "kind"),
    CheckConstraint("amount_minor >= 0", name="amount"),
    CheckConstraint("(subject_type IS NULL) = (subject_id IS NULL)", name="subject"),
    Index("ix_provider_report_lines_at", "provider", "at"),
    Index("ix_provider_report_lines_subject", "subject_id"),
)
Index(
    "ix_provider_report_lines_unmatched",
    provider_report_lines.c.provider,
    postgresql_where=text("subject_id IS NULL"),
)

cash_reconciliations = Table(
    "cash_reconciliations",
    metadata,
    key(),
    _provider(),
    Column("day", Date, nullable=False),
    ref("requested_by_id", "users", optional=True),
    Column("started_at", Instant, nullable=False),
    Column("leased_until", Instant, nullable=False),
    Column("phase", one_of(ReconciliationPhase, "phase"), nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("lines_read", Integer, nullable=False),
    Column("matched_count", Integer, nullable=False),
    Column("finding_count", Integer, nullable=False),
    Column("new_count", Integer, nullable=False),
    Column("repaired_count", Integer, nullable=False),
    Column("sums", JSONB, nullable=False),
    Column("failure", Text),
    Column("completed_at", Instant),
    Column("status", one_of(ReconciliationStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(status = 'RUNNING') = (completed_at IS NULL)", name="completed"),
    CheckConstraint("(status = 'FAILED') = (failure IS NOT NULL)", name="failure"),
    Index("ix_cash_reconciliations_day", "provider", "day"),
)
Index(
    "ix_cash_reconciliations_running",
    cash_reconciliations.c.leased_until,
    postgresql_where=text("status = 'RUNNING'"),
)

cash_findings = Table(
    "cash_findings",
    metadata,
    key(),
    ref("reconciliation_id", "cash_reconciliations", index=True),
    ref("exception_id", "money_exceptions", index=True),
    Column("is_new", Boolean, nullable=False),
    Column("is_repaired", Boolean, nullable=False),
    UniqueConstraint("reconciliation_id", "exception_id"),
)

reconciliation_feeds = Table(
    "reconciliation_feeds",
    metadata,
    Column("provider", one_of(Provider, "provider", checked=False), primary_key=True),
    Column("next_day", Date, nullable=False),
    Column("next_at", Instant, nullable=False),
)
