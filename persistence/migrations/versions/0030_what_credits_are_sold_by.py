"""What credits are sold by.

Revision 0030, after 0029. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_promotions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PERCENTAGE",
                "FIXED_AMOUNT",
                "FREE_CREDITS",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("bps", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("credits", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("max_discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("min_purchase_minor", sa.BigInteger(), nullable=True),
        sa.Column("package_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("audience_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("audience_organization_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("first_purchase_only", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("max_uses", sa.BigInteger(), nullable=True),
        sa.Column("uses_per_organization", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("credit_validity_days", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "ACTIVE",
                "PAUSED",
                "ENDED",
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
            "(kind = 'PERCENTAGE') = (bps IS NOT NULL) AND (kind = 'FIXED_AMOUNT') = (amount_minor IS NOT NULL) AND (kind = 'FREE_CREDITS') = (credits IS NOT NULL)",
            name=op.f("ck_credit_promotions_kind_says_what"),
        ),
        sa.CheckConstraint(
            "(currency IS NULL) = (COALESCE(amount_minor, max_discount_minor, min_purchase_minor) IS NULL)",
            name=op.f("ck_credit_promotions_currency"),
        ),
        sa.CheckConstraint(
            "bps BETWEEN 1 AND 10000 AND amount_minor > 0 AND credits > 0", name=op.f("ck_credit_promotions_what")
        ),
        sa.CheckConstraint("code = upper(code)", name=op.f("ck_credit_promotions_upper_case")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_credit_promotions_window")),
        sa.CheckConstraint(
            "uses >= 0 AND uses <= max_uses AND uses_per_organization > 0", name=op.f("ck_credit_promotions_uses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_promotions")),
        sa.UniqueConstraint("code", name=op.f("uq_credit_promotions_code")),
    )
    op.create_table(
        "credit_unit_prices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit_amount", sa.Numeric(precision=12, scale=6), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("unit_amount > 0", name=op.f("ck_credit_unit_prices_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_unit_prices")),
        sa.UniqueConstraint("currency", "starts_at", name=op.f("uq_credit_unit_prices_currency_starts_at")),
    )
    op.create_table(
        "failed_promotion_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_failed_promotion_codes_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_promotion_codes")),
    )
    op.create_index(
        "ix_failed_promotion_codes_organization", "failed_promotion_codes", ["organization_id", "at"], unique=False
    )
    op.create_table(
        "credit_packages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=True),
        sa.Column("rollover_enabled", sa.Boolean(), nullable=False),
        sa.Column("rollover_cap", sa.BigInteger(), nullable=False),
        sa.Column("features", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "ARCHIVED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "credits > 0 AND validity_days > 0 AND rollover_cap >= 0", name=op.f("ck_credit_packages_quantities")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_credit_packages_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_packages")),
        sa.UniqueConstraint("code", name=op.f("uq_credit_packages_code")),
        sa.UniqueConstraint("product_id", name=op.f("uq_credit_packages_product_id")),
    )
    op.create_table(
        "credit_purchases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "CHECKOUT", "AUTO_TOP_UP", "APP", name="origin", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("package_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Uuid(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("clawed_back", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "PAID",
                "FAILED",
                "CANCELED",
                "EXPIRED",
                "PARTIALLY_REFUNDED",
                "REFUNDED",
                "CHARGED_BACK",
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
            "(status IN ('PENDING', 'FAILED', 'CANCELED', 'EXPIRED')) = (paid_at IS NULL)",
            name=op.f("ck_credit_purchases_paid"),
        ),
        sa.CheckConstraint(
            "0 <= missing AND missing <= clawed_back AND clawed_back <= quantity",
            name=op.f("ck_credit_purchases_clawed_back"),
        ),
        sa.CheckConstraint("quantity > 0 AND refunded_minor >= 0", name=op.f("ck_credit_purchases_quantity")),
        sa.CheckConstraint("total_minor = price_minor - discount_minor", name=op.f("ck_credit_purchases_total")),
        sa.CheckConstraint("total_minor >= 0 AND discount_minor >= 0", name=op.f("ck_credit_purchases_not_negative")),
        sa.ForeignKeyConstraint(["account_id"], ["credit_accounts.id"], name=op.f("fk_credit_purchases_account_id")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_credit_purchases_app_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_credit_purchases_organization_id")
        ),
        sa.ForeignKeyConstraint(["package_id"], ["credit_packages.id"], name=op.f("fk_credit_purchases_package_id")),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["credit_promotions.id"], name=op.f("fk_credit_purchases_promotion_id")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_credit_purchases_sale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_purchases")),
        sa.UniqueConstraint("sale_id", name=op.f("uq_credit_purchases_sale_id")),
    )
    op.create_index("ix_credit_purchases_account", "credit_purchases", ["account_id", "created_at"], unique=False)
    op.create_index(
        "ix_credit_purchases_due",
        "credit_purchases",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(op.f("ix_credit_purchases_organization_id"), "credit_purchases", ["organization_id"], unique=False)
    op.create_index(
        "uq_credit_purchases_top_up",
        "credit_purchases",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("status = 'PENDING' AND origin = 'AUTO_TOP_UP'"),
    )
    op.create_table(
        "promotion_redemptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("promotion_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("credits", sa.BigInteger(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "RESERVED", "APPLIED", "RELEASED", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "discount_minor >= 0 AND (discount_minor IS NULL) = (currency IS NULL)",
            name=op.f("ck_promotion_redemptions_discount"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_promotion_redemptions_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["credit_promotions.id"], name=op.f("fk_promotion_redemptions_promotion_id")
        ),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["credit_purchases.id"], name=op.f("fk_promotion_redemptions_purchase_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_redemptions")),
        sa.UniqueConstraint("purchase_id", name=op.f("uq_promotion_redemptions_purchase_id")),
    )
    op.create_index(
        op.f("ix_promotion_redemptions_organization_id"), "promotion_redemptions", ["organization_id"], unique=False
    )
    op.create_index(
        "ix_promotion_redemptions_uses",
        "promotion_redemptions",
        ["promotion_id", "organization_id"],
        unique=False,
        postgresql_where=sa.text("status <> 'RELEASED'"),
    )
