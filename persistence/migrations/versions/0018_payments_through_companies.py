"""Payments through companies.

Revision 0018, after 0017. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OF_PROVIDERS = (
    "payment_methods",
    "payments",
    "ledger_accounts",
    "fee_tiers",
    "refunds",
    "payout_methods",
    "payouts",
    "chargebacks",
    "chargeback_feeds",
)


def upgrade() -> None:
    op.create_table(
        "deployments",
        sa.Column("is_only", sa.Boolean(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("SANDBOX", "LIVE", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.CheckConstraint("is_only", name=op.f("ck_deployments_only_one")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_deployments")),
    )
    op.create_table(
        "provider_accounts",
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
        sa.Column(
            "mode",
            sa.Enum("SANDBOX", "LIVE", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("credential_names", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("credentials_set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("webhook_sealed", sa.Text(), nullable=True),
        sa.Column("webhook_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("old_webhook_sealed", sa.Text(), nullable=True),
        sa.Column("old_webhook_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "DISABLED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("provider <> 'SIMULATOR'", name=op.f("ck_provider_accounts_of_a_company")),
        sa.CheckConstraint(
            "(old_webhook_sealed IS NULL) = (old_webhook_until IS NULL)", name=op.f("ck_provider_accounts_old_webhook")
        ),
        sa.CheckConstraint(
            "(webhook_sealed IS NULL) = (webhook_set_at IS NULL)", name=op.f("ck_provider_accounts_webhook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_accounts")),
        sa.UniqueConstraint("provider", "mode", name=op.f("uq_provider_accounts_provider_mode")),
    )
    op.create_table(
        "payee_accounts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
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
        sa.Column(
            "mode",
            sa.Enum("SANDBOX", "LIVE", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_payee_accounts_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", "provider", "mode", name=op.f("pk_payee_accounts")),
        sa.UniqueConstraint("provider", "account", name=op.f("uq_payee_accounts_provider_account")),
    )
    op.add_column(
        "payment_methods",
        sa.Column(
            "kind",
            sa.Enum(
                "CARD", "BANK_ACCOUNT", "WALLET", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
            server_default="CARD",
        ),
    )
    op.alter_column("payment_methods", "kind", server_default=None)
    op.add_column("payment_methods", sa.Column("customer", sa.Text(), nullable=True))
    for table in _OF_PROVIDERS:
        _take(table, "provider", "'STRIPE', 'ADYEN', 'PAYPAL', 'SIMULATOR'")
    _take("payout_methods", "kind", "'BANK_ACCOUNT', 'CARD', 'PAYPAL_ACCOUNT'")
    _take("payment_methods", "status", "'ACTIVE', 'EXPIRED', 'DETACHED'")
    _give_payments_more_states()


def _give_payments_more_states() -> None:
    _take(
        "payments",
        "status",
        "'CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN', 'SUCCEEDED', 'FAILED', 'CANCELED'",
    )
    for table in ("payment_attempts", "refund_attempts", "payout_attempts"):
        _take(table, "status", "'CREATED', 'SENT', 'REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'UNKNOWN'")
    op.add_column(
        "payments",
        sa.Column(
            "capture_mode",
            sa.Enum("AUTOMATIC", "MANUAL", name="capture_mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            server_default="AUTOMATIC",
        ),
    )
    op.alter_column("payments", "capture_mode", server_default=None)
    op.add_column("payments", sa.Column("capture_minor", sa.BigInteger(), nullable=True))
    op.add_column("payments", sa.Column("next_action_url", sa.Text(), nullable=True))
    op.add_column("payments", sa.Column("act_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("return_url", sa.Text(), nullable=True))
    op.add_column("payments", sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE payments SET paid_at = updated_at WHERE status = 'SUCCEEDED'")
    op.add_column("payment_attempts", sa.Column("returned", sa.Text(), nullable=True))
    op.add_column("payment_attempts", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payment_attempts", sa.Column("known_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("ck_payments_from"), "payments")
    op.create_check_constraint(
        op.f("ck_payments_from"),
        "payments",
        "(source = 'METHOD') = (provider IS NOT NULL) AND (method_id IS NULL OR source = 'METHOD')"
        " AND (source = 'METHOD' OR status = 'SUCCEEDED')",
    )
    op.create_check_constraint(op.f("ck_payments_capture"), "payments", "capture_minor BETWEEN 1 AND amount_minor")
    live = sa.text("status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN')")
    for name, columns, is_unique in (
        ("uq_payments_live", ["invoice_id"], True),
        ("uq_payments_live_for_hold", ["hold_id"], True),
        ("ix_payments_unfinished", ["status", "next_ask_at"], False),
    ):
        op.drop_index(name, "payments")
        op.create_index(name, "payments", columns, unique=is_unique, postgresql_where=live)


def _take(table: str, column: str, values: str) -> None:
    """From now on the column takes these values."""
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({values})")
