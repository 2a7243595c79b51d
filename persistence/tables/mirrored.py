"""Tables of what providers that bill are compared with: their customers, and the runs that compare."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from domain.billing_reconciliations import ReconciliationRunStatus, ReconciliationStage, ReconciliationTrigger
from domain.payment_methods import Provider
from domain.reconciliation_findings import ReconciliationFindingKind, ReconciliationResolution
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

billing_customers = Table(
    "billing_customers",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    Column("provider", one_of(Provider, "provider", checked=False), nullable=False),
    Column("account", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("provider", "account", "external_id"),
    UniqueConstraint("organization_id", "provider", "account"),
)

reconciliation_runs = Table(
    "reconciliation_runs",
    metadata,
    key(),
    ref("app_id", "apps", optional=True),
    ref("owner_organization_id", "organizations", optional=True),
    Column("trigger", one_of(ReconciliationTrigger, "trigger"), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    ref("requested_by_id", "users", optional=True),
    Column("started_at", Instant, nullable=False),
    Column("leased_until", Instant, nullable=False),
    Column("stage", one_of(ReconciliationStage, "stage"), nullable=False),
    Column("cursor", Text),
    Column("object_count", Integer, nullable=False),
    Column("differing_count", Integer, nullable=False),
    Column("finding_count", Integer, nullable=False),
    Column("repaired_count", Integer, nullable=False),
    Column("failure", Text),
    Column("completed_at", Instant),
    Column("status", one_of(ReconciliationRunStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(app_id IS NULL) = (owner_organization_id IS NULL)", name="owned"),
    CheckConstraint("(status = 'RUNNING') = (completed_at IS NULL)", name="completed"),
    CheckConstraint("(status = 'FAILED') = (failure IS NOT NULL)", name="failure"),
    Index("ix_reconciliation_runs_started", "app_id", "started_at"),
)
Index(
    "uq_reconciliation_runs_running",
    reconciliation_runs.c.app_id,
    unique=True,
    postgresql_where=text("status = 'RUNNING'"),
    postgresql_nulls_not_distinct=True,
)

reconciliation_findings = Table(
    "reconciliation_findings",
    metadata,
    key(),
    ref("run_id", "reconciliation_runs", index=True),
    Column("kind", one_of(ReconciliationFindingKind, "kind"), nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_key", Text, nullable=False),
    Column("local", Text, nullable=False),
    Column("remote", Text, nullable=False),
    Column("resolution", one_of(ReconciliationResolution, "resolution"), nullable=False),
    ref("exception_id", "money_exceptions", optional=True),
    Column("created_at", Instant, nullable=False),
)
