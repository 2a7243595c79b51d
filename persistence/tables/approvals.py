"""Tables of approvals and of the amounts from which on they are needed."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.approval_requests import ApprovalKind, ApprovalStatus
from domain.permissions import Permission
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

approval_requests = Table(
    "approval_requests",
    metadata,
    key(),
    Column("kind", one_of(ApprovalKind, "kind"), nullable=False),
    Column("subject_id", Uuid, nullable=False, index=True),
    Column("command", JSONB, nullable=False),
    Column("command_hash", Text, nullable=False),
    Column("reason", Text),
    Column("amount_minor", BigInteger),
    Column("currency", Text),
    ref("organization_id", "organizations", optional=True, index=True),
    Column("staff_may_decide", Boolean, nullable=False),
    ref("staff_organization_id", "organizations", optional=True),
    ref("requested_by_id", "users", optional=True),
    ref("requested_by_key_id", "api_keys", optional=True),
    ref("requested_for_id", "organizations", optional=True, index=True),
    Column("requested_with", one_of(Permission, "requested_with", checked=False)),
    Column("excluded_user_ids", ARRAY(Uuid), nullable=False),
    Column("excluded_organization_ids", ARRAY(Uuid), nullable=False),
    Column("expires_at", Instant, nullable=False),
    ref("decided_by_id", "users", optional=True),
    ref("decided_for_id", "organizations", optional=True),
    Column("decided_at", Instant),
    Column("decision_reason", Text),
    Column("status", one_of(ApprovalStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("decided_by_id <> requested_by_id", name="another_person"),
    CheckConstraint("decided_by_id <> ALL (excluded_user_ids)", name="nobody_excluded"),
    CheckConstraint("(status IN ('APPROVED', 'REJECTED')) = (decided_by_id IS NOT NULL)", name="decided_by_somebody"),
    CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided_at"),
    CheckConstraint("organization_id IS NOT NULL OR staff_may_decide", name="somebody_decides"),
    CheckConstraint("(amount_minor IS NULL) = (currency IS NULL)", name="amount"),
)
Index(
    "uq_approval_requests_pending",
    approval_requests.c.kind,
    approval_requests.c.subject_id,
    unique=True,
    postgresql_where=text("status = 'PENDING'"),
)
Index(
    "ix_approval_requests_lapse",
    approval_requests.c.expires_at,
    postgresql_where=text("status = 'PENDING'"),
)

money_thresholds = Table(
    "money_thresholds",
    metadata,
    key(),
    Column("kind", one_of(ApprovalKind, "kind"), nullable=False),
    Column("currency", Text, nullable=False),
    minor("amount_minor"),
    Column("set_at", Instant, nullable=False),
    ref("set_by_id", "users", optional=True),
    CheckConstraint("amount_minor >= 0", name="not_negative"),
    Index("ix_money_thresholds_newest", "kind", "currency", "id"),
)
