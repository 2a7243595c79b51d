"""Approvals, and the amounts from which on they are needed.

Revision 0005, after 0004. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PAYOUT",
                "REFUND",
                "RELEASE",
                "LEDGER_ADJUSTMENT",
                "DEBT_WRITE_OFF",
                "RULING",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("command", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("command_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("staff_may_decide", sa.Boolean(), nullable=False),
        sa.Column("staff_organization_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("requested_for_id", sa.Uuid(), nullable=True),
        sa.Column("requested_with", sa.String(length=40), nullable=True),
        sa.Column("excluded_user_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("excluded_organization_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_for_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "APPROVED",
                "REJECTED",
                "EXPIRED",
                "CANCELLED",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status IN ('APPROVED', 'REJECTED')) = (decided_by_id IS NOT NULL)",
            name=op.f("ck_approval_requests_decided_by_somebody"),
        ),
        sa.CheckConstraint("(amount_minor IS NULL) = (currency IS NULL)", name=op.f("ck_approval_requests_amount")),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL)", name=op.f("ck_approval_requests_decided_at")
        ),
        sa.CheckConstraint(
            "decided_by_id <> ALL (excluded_user_ids)", name=op.f("ck_approval_requests_nobody_excluded")
        ),
        sa.CheckConstraint("decided_by_id <> requested_by_id", name=op.f("ck_approval_requests_another_person")),
        sa.CheckConstraint(
            "organization_id IS NOT NULL OR staff_may_decide", name=op.f("ck_approval_requests_somebody_decides")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_approval_requests_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["decided_for_id"], ["organizations.id"], name=op.f("fk_approval_requests_decided_for_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_approval_requests_organization_id")
        ),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_approval_requests_requested_by_id")),
        sa.ForeignKeyConstraint(
            ["requested_for_id"], ["organizations.id"], name=op.f("fk_approval_requests_requested_for_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_organization_id"], ["organizations.id"], name=op.f("fk_approval_requests_staff_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_requests")),
    )
    op.create_index(
        "ix_approval_requests_lapse",
        "approval_requests",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        op.f("ix_approval_requests_organization_id"), "approval_requests", ["organization_id"], unique=False
    )
    op.create_index(
        op.f("ix_approval_requests_requested_for_id"), "approval_requests", ["requested_for_id"], unique=False
    )
    op.create_index(op.f("ix_approval_requests_subject_id"), "approval_requests", ["subject_id"], unique=False)
    op.create_index(
        "uq_approval_requests_pending",
        "approval_requests",
        ["kind", "subject_id"],
        unique=True,
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_table(
        "money_thresholds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PAYOUT",
                "REFUND",
                "RELEASE",
                "LEDGER_ADJUSTMENT",
                "DEBT_WRITE_OFF",
                "RULING",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_money_thresholds_not_negative")),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name=op.f("fk_money_thresholds_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_thresholds")),
    )
    op.create_index("ix_money_thresholds_newest", "money_thresholds", ["kind", "currency", "id"], unique=False)
    op.execute(
        """
    -- What was asked for stays as it was asked, and what is decided stays decided.
    CREATE FUNCTION refuse_changed_approval() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        outcome CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'decided_by_id', 'decided_for_id',
            'decided_at', 'decision_reason'];
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.status <> 'PENDING' OR to_jsonb(NEW) - outcome <> to_jsonb(OLD) - outcome THEN
            RAISE EXCEPTION 'approval % is frozen: only a pending one changes, by its outcome alone', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER approval_requests_kept BEFORE UPDATE OR DELETE ON approval_requests
        FOR EACH ROW EXECUTE FUNCTION refuse_changed_approval()
    """
    )
    op.execute(
        """
    CREATE TRIGGER money_thresholds_append_only BEFORE UPDATE OR DELETE ON money_thresholds
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """
    )
