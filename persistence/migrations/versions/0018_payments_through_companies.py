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


def _take(table: str, column: str, values: str) -> None:
    """From now on the column takes these values."""
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({values})")
