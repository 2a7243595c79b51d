"""What providers tell: each message once, its body beside it, and how far each subject was followed.

Revision 0019, after 0018. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbound_webhook_bodies",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_inbound_webhook_bodies")),
    )
    op.create_table(
        "webhook_subjects",
        sa.Column(
            "provider",
            sa.Enum(
                "STRIPE",
                "ADYEN",
                "PAYPAL",
                "SIMULATOR",
                name="provider",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "account", "subject", name=op.f("pk_webhook_subjects")),
    )
    op.create_index(op.f("ix_webhook_subjects_followed_at"), "webhook_subjects", ["followed_at"], unique=False)
    op.create_table(
        "inbound_webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum(
                "STRIPE",
                "ADYEN",
                "PAYPAL",
                "SIMULATOR",
                name="provider",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "CHARGE",
                "REFUND",
                "PAYOUT",
                "CHARGEBACK",
                "METHOD",
                "PAYEE",
                "NOTHING",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.Uuid(), nullable=True),
        sa.Column("odd_key", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("replay_reason", sa.Text(), nullable=True),
        sa.Column("exception_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "RECEIVED",
                "PROCESSING",
                "PROCESSED",
                "IGNORED",
                "PROCESSED_WITH_ERROR",
                "PARKED",
                "FAILED",
                "DEAD_LETTER",
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
            "(status = 'PROCESSING') = (lease_until IS NOT NULL)", name=op.f("ck_inbound_webhooks_lease")
        ),
        sa.CheckConstraint(
            "(status IN ('RECEIVED', 'FAILED')) = (next_attempt_at IS NOT NULL)",
            name=op.f("ck_inbound_webhooks_next_attempt"),
        ),
        sa.CheckConstraint("attempts BETWEEN 0 AND 8", name=op.f("ck_inbound_webhooks_attempts")),
        sa.ForeignKeyConstraint(
            ["exception_id"], ["money_exceptions.id"], name=op.f("fk_inbound_webhooks_exception_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_webhooks")),
        sa.UniqueConstraint(
            "provider", "account", "external_id", name=op.f("uq_inbound_webhooks_provider_account_external_id")
        ),
    )
    op.create_index(
        "ix_inbound_webhooks_due",
        "inbound_webhooks",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('RECEIVED', 'FAILED')"),
    )
    op.create_index(op.f("ix_inbound_webhooks_exception_id"), "inbound_webhooks", ["exception_id"], unique=False)
    op.create_index(
        "ix_inbound_webhooks_leased",
        "inbound_webhooks",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("status = 'PROCESSING'"),
    )
    op.create_index(op.f("ix_inbound_webhooks_received_at"), "inbound_webhooks", ["received_at"], unique=False)
    op.create_index(
        "ix_inbound_webhooks_unfinished",
        "inbound_webhooks",
        ["status"],
        unique=False,
        postgresql_where=sa.text("status NOT IN ('PROCESSED', 'IGNORED', 'PROCESSED_WITH_ERROR')"),
    )
