"""Tables around the movements of credits: tariffs, budgets of apps, disputes, adjustments, monthly summaries."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Index, Integer, Table, Text, Uuid, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB

from domain.credit_adjustments import CreditAdjustmentStatus
from domain.credit_disputes import CreditDisputeOutcome, CreditDisputeStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

credit_tariffs = Table(
    "credit_tariffs",
    metadata,
    key(),
    Column("action_code", Text, nullable=False),
    Column("credits", BigInteger, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("set_at", Instant, nullable=False),
    ref("set_by_id", "users", optional=True),
    CheckConstraint("credits >= 1", name="credits"),
    Index("ix_credit_tariffs_newest", "action_code", "starts_at", "id"),
)

app_credit_budgets = Table(
    "app_credit_budgets",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    ref("app_id", "apps", index=True),
    Column("monthly_limit", BigInteger),
    Column("per_call_limit", BigInteger),
    Column("alert_percent", Integer),
    Column("alerted_month", Date),
    *lifecycle(),
    Unique("organization_id", "app_id"),
    CheckConstraint("monthly_limit >= 0 AND per_call_limit >= 0", name="limits"),
    CheckConstraint(
        "alert_percent IS NULL OR (alert_percent BETWEEN 1 AND 100 AND monthly_limit IS NOT NULL)", name="alert"
    ),
)

credit_disputes = Table(
    "credit_disputes",
    metadata,
    key(),
    ref("transaction_id", "credit_transactions", index=True),
    ref("organization_id", "organizations", index=True),
    Column("reason", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("requested", BigInteger, nullable=False),
    ref("opened_by_id", "users", optional=True),
    Column("response_due_at", Instant, nullable=False),
    Column("level", Integer, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
    Column("evidence_count", Integer, nullable=False, server_default=text("0")),
    ref("assignee_id", "users", optional=True),
    Column("outcome", one_of(CreditDisputeOutcome, "outcome")),
    Column("resolved_quantity", BigInteger),
    Column("notes", Text),
    Column("appeal", Text),
    Column("decided_at", Instant),
    ref("first_decided_by_id", "users", optional=True),
    Column("status", one_of(CreditDisputeStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("requested >= 1 AND resolved_quantity BETWEEN 0 AND requested", name="quantities"),
    CheckConstraint("level IN (1, 2) AND (level = 2) = (appeal IS NOT NULL)", name="level"),
    CheckConstraint("status <> 'UNDER_REVIEW' OR assignee_id IS NOT NULL", name="assignee"),
    CheckConstraint("status NOT IN ('RESOLVED', 'REJECTED') OR decided_at IS NOT NULL", name="decided"),
)
_UNDECIDED = text("status IN ('PENDING', 'UNDER_REVIEW', 'APPEALED')")
Index(
    "uq_credit_disputes_undecided",
    credit_disputes.c.transaction_id,
    unique=True,
    postgresql_where=_UNDECIDED,
)
Index(
    "ix_credit_disputes_due",
    credit_disputes.c.response_due_at,
    postgresql_where=text("status IN ('PENDING', 'UNDER_REVIEW', 'APPEALED') AND NOT is_overdue"),
)

credit_adjustments = Table(
    "credit_adjustments",
    metadata,
    key(),
    ref("account_id", "credit_accounts"),
    ref("organization_id", "organizations", index=True),
    Column("delta", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    ref("requested_by_id", "users", optional=True),
    ref("approval_id", "approval_requests", optional=True, index=True),
    ref("transaction_id", "credit_transactions", optional=True, index=True),
    Column("status", one_of(CreditAdjustmentStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("delta <> 0", name="delta"),
    CheckConstraint("(status = 'POSTED') = (transaction_id IS NOT NULL)", name="posted"),
    Index("ix_credit_adjustments_account", "account_id", "created_at"),
)

credit_summaries = Table(
    "credit_summaries",
    metadata,
    key(),
    ref("account_id", "credit_accounts"),
    ref("organization_id", "organizations", index=True),
    Column("month", Date, nullable=False),
    Column("opening", BigInteger, nullable=False),
    Column("by_source", JSONB, nullable=False),
    Column("by_app", JSONB, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("expired", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("transferred_in", BigInteger, nullable=False),
    Column("transferred_out", BigInteger, nullable=False),
    Column("adjusted", BigInteger, nullable=False),
    Column("clawed_back", BigInteger, nullable=False),
    Column("closing", BigInteger, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Unique("account_id", "month"),
    CheckConstraint("opening >= 0 AND closing >= 0", name="not_negative"),
    CheckConstraint("EXTRACT(DAY FROM month) = 1", name="month"),
)

credit_summary_months = Table(
    "credit_summary_months",
    metadata,
    Column("month", Date, primary_key=True),
    # The last account whose summary is published: all are, once it is finished.
    Column("up_to", Uuid),
    Column("finished_at", Instant),
)
