"""Tables of held money: holds, what left them, what was paid in advance, and the policies that keep releases back."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.escrow_holds import HoldStatus
from domain.hold_movements import MovementCause, MovementKind
from domain.release_policies import ReleasePolicyStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

escrow_holds = Table(
    "escrow_holds",
    metadata,
    key(),
    ref("project_id", "projects", index=True),
    ref("milestone_id", "milestones", index=True),
    ref("client_organization_id", "organizations"),
    ref("freelancer_organization_id", "organizations"),
    Column("currency", Text, nullable=False),
    minor("agreed_minor"),
    minor("amount_minor"),
    Column("tax_rates", JSONB, nullable=False),
    ref("fee_policy_id", "fee_policies"),
    Column("fee_bps", Integer, nullable=False),
    minor("fee_flat_minor"),
    minor("fee_minor"),
    minor("net_minor"),
    minor("released_minor"),
    minor("refunded_minor"),
    minor("remaining_minor"),
    Column("from_wallet", Boolean, nullable=False),
    Column("funded_at", Instant),
    Column("frozen_at", Instant),
    Column("freeze_id", Uuid),
    Column("charged_back_at", Instant),
    ref("release_invoice_id", "invoices", optional=True, index=True),
    minor("release_minor", optional=True),
    Column("scheduled_release_at", Instant),
    Column("awaits_approval", Boolean, nullable=False),
    Column("awaits_clearance", Boolean, nullable=False),
    Column("status", one_of(HoldStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint(
        "amount_minor = released_minor + refunded_minor + remaining_minor AND amount_minor >= 1"
        " AND released_minor >= 0 AND refunded_minor >= 0 AND remaining_minor >= 0",
        name="amounts",
    ),
    CheckConstraint("fee_minor + net_minor = amount_minor AND fee_minor >= 0 AND agreed_minor >= 0", name="fee"),
    CheckConstraint("(status IN ('RELEASED', 'REFUNDED')) = (remaining_minor = 0)", name="used_up"),
    CheckConstraint(
        "status NOT IN ('PENDING', 'FAILED', 'CANCELED') OR (remaining_minor = amount_minor AND funded_at IS NULL)",
        name="unfunded",
    ),
    CheckConstraint("status IN ('PENDING', 'FAILED', 'CANCELED') OR funded_at IS NOT NULL", name="funded"),
    CheckConstraint("status <> 'PARTIALLY_RELEASED' OR released_minor > 0", name="released"),
    CheckConstraint("(frozen_at IS NULL) = (freeze_id IS NULL)", name="freeze"),
    CheckConstraint("frozen_at IS NULL OR status IN ('HELD', 'PARTIALLY_RELEASED')", name="frozen_while_held"),
    CheckConstraint(
        "(release_invoice_id IS NULL) = (release_minor IS NULL)"
        " AND (release_invoice_id IS NULL) = (scheduled_release_at IS NULL)"
        " AND (release_invoice_id IS NOT NULL OR NOT (awaits_approval OR awaits_clearance))"
        " AND (release_invoice_id IS NULL OR status IN ('HELD', 'PARTIALLY_RELEASED'))"
        " AND (release_minor IS NULL OR release_minor BETWEEN 1 AND remaining_minor)",
        name="waiting_release",
    ),
    Index("ix_escrow_holds_client", "client_organization_id", "created_at", "id"),
    Index("ix_escrow_holds_freelancer", "freelancer_organization_id", "created_at", "id"),
)
Index(
    "uq_escrow_holds_live",
    escrow_holds.c.milestone_id,
    unique=True,
    postgresql_where=text("status IN ('PENDING', 'HELD', 'PARTIALLY_RELEASED')"),
)
Index(
    "ix_escrow_holds_release",
    escrow_holds.c.scheduled_release_at,
    postgresql_where=text("scheduled_release_at IS NOT NULL AND NOT awaits_approval AND NOT awaits_clearance"),
)

hold_movements = Table(
    "hold_movements",
    metadata,
    key(),
    ref("hold_id", "escrow_holds"),
    Column("kind", one_of(MovementKind, "kind"), nullable=False),
    Column("cause", one_of(MovementCause, "cause"), nullable=False),
    Column("source_id", Uuid, nullable=False),
    Column("currency", Text, nullable=False),
    minor("amount_minor"),
    minor("fee_minor"),
    minor("agreed_minor"),
    ref("invoice_id", "invoices", optional=True, index=True),
    ref("user_id", "users", optional=True),
    ref("organization_id", "organizations", optional=True),
    Column("moved_at", Instant, nullable=False),
    CheckConstraint("amount_minor >= 1 AND fee_minor BETWEEN 0 AND amount_minor AND agreed_minor >= 0", name="amount"),
    CheckConstraint("(kind = 'RELEASE') = (invoice_id IS NOT NULL)", name="pays_an_invoice"),
    CheckConstraint("kind = 'RELEASE' OR fee_minor = 0", name="refunded_without_fee"),
    Index("uq_hold_movements_source", "hold_id", "kind", "cause", "source_id", unique=True),
)

advance_applications = Table(
    "advance_applications",
    metadata,
    key(),
    ref("advance_id", "invoices"),
    ref("invoice_id", "invoices", index=True),
    Column("currency", Text, nullable=False),
    minor("amount_minor"),
    CheckConstraint("amount_minor >= 1 AND advance_id <> invoice_id", name="amount"),
    Index("uq_advance_applications", "advance_id", "invoice_id", unique=True),
)

release_policies = Table(
    "release_policies",
    metadata,
    key(),
    ref("organization_id", "organizations", optional=True, index=True),
    Column("position", Integer, nullable=False),
    Column("currency", Text),
    minor("min_minor", optional=True),
    Column("delay_hours", Integer, nullable=False),
    Column("needs_approval", Boolean, nullable=False),
    Column("needs_compliance", Boolean, nullable=False),
    Column("status", one_of(ReleasePolicyStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("position >= 1 AND delay_hours >= 0", name="limits"),
    CheckConstraint("min_minor IS NULL OR (min_minor >= 1 AND currency IS NOT NULL)", name="min_amount"),
)
