"""Tables of what changes subscriptions: changes that wait, lines for the next charge, seats and contracts."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, Table, Text, text

from domain.contracts import ContractStatus
from domain.prorations import ProrationKind
from domain.scheduled_changes import ScheduledChangeKind, ScheduledChangeStatus
from domain.subscription_changes import ProrationMode
from domain.taxes import TaxMode
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

scheduled_changes = Table(
    "scheduled_changes",
    metadata,
    key(),
    ref("subscription_id", "billing_subscriptions", index=True),
    ref("organization_id", "organizations"),
    Column("kind", one_of(ScheduledChangeKind, "kind"), nullable=False),
    ref("price_id", "prices", optional=True),
    Column("quantity", Integer),
    Column("resumes_at", Instant),
    Column("effective_at", Instant, nullable=False),
    Column("starts_period", Boolean, nullable=False),
    Column("credits", BigInteger, nullable=False),
    Column("awaits_payment", Boolean, nullable=False),
    Column("failure", Text),
    Column("mode", one_of(ProrationMode, "mode")),
    Column("next_send_at", Instant),
    Column("status", one_of(ScheduledChangeStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("credits >= 0 AND quantity >= 1", name="counts"),
    CheckConstraint("(kind = 'PAUSE') = (resumes_at IS NOT NULL)", name="pause"),
    CheckConstraint("NOT awaits_payment OR status = 'PENDING'", name="awaits_payment"),
    CheckConstraint("next_send_at IS NULL OR status = 'PENDING'", name="next_send_at"),
)
Index(
    "ix_scheduled_changes_next_send_at",
    scheduled_changes.c.next_send_at,
    postgresql_where=text("next_send_at IS NOT NULL"),
)
Index(
    "uq_scheduled_changes_pending",
    scheduled_changes.c.subscription_id,
    scheduled_changes.c.kind,
    unique=True,
    postgresql_where=text("status = 'PENDING'"),
)

proration_lines = Table(
    "proration_lines",
    metadata,
    key(),
    ref("subscription_id", "billing_subscriptions"),
    ref("change_id", "scheduled_changes", optional=True),
    Column("kind", one_of(ProrationKind, "kind"), nullable=False),
    Column("description", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("tax_code", Text),
    Column("tax_mode", one_of(TaxMode, "tax_mode"), nullable=False, server_default=TaxMode.EXCLUSIVE.name),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    ref("period_id", "subscription_periods", optional=True),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("quantity >= 1", name="quantity"),
)
Index(
    "ix_proration_lines_waiting",
    proration_lines.c.subscription_id,
    postgresql_where=text("period_id IS NULL"),
)
Index("ix_proration_lines_period", proration_lines.c.period_id, postgresql_where=text("period_id IS NOT NULL"))

seat_assignments = Table(
    "seat_assignments",
    metadata,
    key(),
    ref("subscription_id", "billing_subscriptions"),
    ref("organization_id", "organizations"),
    ref("user_id", "users", index=True),
    Column("assigned_at", Instant, nullable=False),
    Column("released_at", Instant),
    *lifecycle(),
    CheckConstraint("released_at >= assigned_at", name="released"),
)
Index(
    "uq_seat_assignments_held",
    seat_assignments.c.subscription_id,
    seat_assignments.c.user_id,
    unique=True,
    postgresql_where=text("released_at IS NULL"),
)

contracts = Table(
    "contracts",
    metadata,
    key(),
    ref("subscription_id", "billing_subscriptions", index=True),
    ref("organization_id", "organizations"),
    ref("follows_id", "contracts", optional=True),
    Column("term_months", Integer, nullable=False),
    Column("starts_at", Instant),
    Column("ends_at", Instant),
    Column("auto_renew", Boolean, nullable=False),
    Column("notice_days", Integer, nullable=False),
    Column("uplift_bps", Integer, nullable=False),
    Column("termination_fee_bps", Integer, nullable=False),
    Column("notice_given_at", Instant),
    minor("fee_minor", optional=True),
    Column("terminate_reason", Text),
    Column("status", one_of(ContractStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("term_months IN (12, 24, 36)", name="term"),
    CheckConstraint("notice_days >= 0 AND uplift_bps >= 0 AND termination_fee_bps >= 0", name="terms"),
    CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL) AND starts_at < ends_at", name="span"),
)
Index(
    "uq_contracts_active",
    contracts.c.subscription_id,
    unique=True,
    postgresql_where=text("status = 'ACTIVE'"),
)
