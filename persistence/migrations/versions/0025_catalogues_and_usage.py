"""Catalogues and usage.

Revision 0025, after 0024. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "features",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("owner_organization_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("BOOLEAN", "LIMIT", "METERED", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "reset",
            sa.Enum(
                "CALENDAR_MONTH",
                "BILLING_PERIOD",
                "NEVER",
                name="reset",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "ARCHIVED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(app_id IS NULL) = (owner_organization_id IS NULL)", name=op.f("ck_features_owned")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_features_app_id")),
        sa.ForeignKeyConstraint(
            ["owner_organization_id"], ["organizations.id"], name=op.f("fk_features_owner_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_features")),
        sa.UniqueConstraint("app_id", "code", name="uq_features_app_id_code", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "meters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("owner_organization_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "aggregation",
            sa.Enum(
                "SUM", "MAX", "UNIQUE_COUNT", name="aggregation", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(app_id IS NULL) = (owner_organization_id IS NULL)", name=op.f("ck_meters_owned")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_meters_app_id")),
        sa.ForeignKeyConstraint(
            ["owner_organization_id"], ["organizations.id"], name=op.f("fk_meters_owner_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meters")),
        sa.UniqueConstraint("app_id", "code", name="uq_meters_app_id_code", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("owner_organization_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "PLAN",
                "ADD_ON",
                "ONE_OFF",
                "CREDIT_PACKAGE",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("tax_code", sa.Text(), nullable=True),
        sa.Column("revoke_on_partial_refund", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "ARCHIVED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(app_id IS NULL) = (owner_organization_id IS NULL)", name=op.f("ck_products_owned")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_products_app_id")),
        sa.ForeignKeyConstraint(
            ["owner_organization_id"], ["organizations.id"], name=op.f("fk_products_owner_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("app_id", "code", name="uq_products_app_id_code", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("owner_organization_id", sa.Uuid(), nullable=True),
        sa.Column(
            "product_kind",
            sa.Enum(
                "PLAN",
                "ADD_ON",
                "ONE_OFF",
                "CREDIT_PACKAGE",
                name="product_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("trial_days", sa.Integer(), nullable=False),
        sa.Column(
            "trial_end",
            sa.Enum("PAUSE", "CANCEL", name="trial_end", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column(
            "dunning_outcome",
            sa.Enum(
                "MARK_UNPAID", "CANCEL", name="dunning_outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("seat_min", sa.Integer(), nullable=False),
        sa.Column("seat_max", sa.Integer(), nullable=True),
        sa.Column("included_credits", sa.BigInteger(), nullable=False),
        sa.Column(
            "credit_schedule",
            sa.Enum(
                "PER_PERIOD", "MONTHLY", name="credit_schedule", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("product_kind <> 'ONE_OFF'", name=op.f("ck_plans_subscribed_to")),
        sa.CheckConstraint("(app_id IS NULL) = (owner_organization_id IS NULL)", name=op.f("ck_plans_owned")),
        sa.CheckConstraint("included_credits >= 0", name=op.f("ck_plans_credits")),
        sa.CheckConstraint("seat_min >= 1 AND seat_max >= seat_min", name=op.f("ck_plans_seats")),
        sa.CheckConstraint("trial_days BETWEEN 0 AND 90 AND grace_days BETWEEN 0 AND 30", name=op.f("ck_plans_days")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_plans_app_id")),
        sa.ForeignKeyConstraint(
            ["owner_organization_id"], ["organizations.id"], name=op.f("fk_plans_owner_organization_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_plans_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint(
            "app_id",
            "product_kind",
            "rank",
            name="uq_plans_app_id_product_kind_rank",
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("product_id", name=op.f("uq_plans_product_id")),
    )
    op.create_table(
        "price_experiments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "interval",
            sa.Enum("ONE_TIME", "MONTH", "YEAR", name="interval", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("interval_count", sa.Integer(), nullable=False),
        sa.Column("variants", postgresql.JSONB(), nullable=False),
        sa.Column("winner", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "RUNNING",
                "PAUSED",
                "COMPLETED",
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
        sa.CheckConstraint("(status = 'COMPLETED') = (winner IS NOT NULL)", name=op.f("ck_price_experiments_winner")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_price_experiments_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_experiments")),
    )
    op.create_index(op.f("ix_price_experiments_product_id"), "price_experiments", ["product_id"], unique=False)
    op.create_index(
        "uq_price_experiments_running",
        "price_experiments",
        ["product_id", "currency", "interval"],
        unique=True,
        postgresql_where=sa.text("status = 'RUNNING'"),
    )
    op.create_table(
        "prices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("owner_organization_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "model",
            sa.Enum(
                "FLAT",
                "PER_SEAT",
                "GRADUATED",
                "VOLUME",
                name="model",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tiers", postgresql.JSONB(), nullable=False),
        sa.Column(
            "interval",
            sa.Enum("ONE_TIME", "MONTH", "YEAR", name="interval", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("interval_count", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tax_behavior",
            sa.Enum(
                "INCLUSIVE", "EXCLUSIVE", name="tax_behavior", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("access_days", sa.Integer(), nullable=True),
        sa.Column("provider_price_id", sa.Text(), nullable=True),
        sa.Column("is_variant", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "ARCHIVED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(model IN ('GRADUATED', 'VOLUME')) = (jsonb_array_length(tiers) > 0)", name=op.f("ck_prices_tiers")
        ),
        sa.CheckConstraint("interval = 'ONE_TIME' OR access_days IS NULL", name=op.f("ck_prices_access")),
        sa.CheckConstraint("(app_id IS NULL) = (owner_organization_id IS NULL)", name=op.f("ck_prices_owned")),
        sa.CheckConstraint("interval_count BETWEEN 1 AND 12 AND access_days > 0", name=op.f("ck_prices_counts")),
        sa.CheckConstraint("unit_amount_minor >= 0", name=op.f("ck_prices_amount")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_prices_app_id")),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_prices_meter_id")),
        sa.ForeignKeyConstraint(
            ["owner_organization_id"], ["organizations.id"], name=op.f("fk_prices_owner_organization_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_prices_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
        sa.UniqueConstraint("provider_price_id", name=op.f("uq_prices_provider_price_id")),
    )
    op.create_index(op.f("ix_prices_product_id"), "prices", ["product_id"], unique=False)
    op.create_index(
        "uq_prices_active",
        "prices",
        ["product_id", "currency", "interval", "interval_count", "meter_id"],
        unique=True,
        postgresql_where=sa.text("status = 'ACTIVE' AND NOT is_variant"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "product_features",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("feature_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column(
            "mode",
            sa.Enum("SET", "ADD", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_product_features_value")),
        sa.ForeignKeyConstraint(["feature_id"], ["features.id"], name=op.f("fk_product_features_feature_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_features_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_features")),
        sa.UniqueConstraint("product_id", "feature_id", name=op.f("uq_product_features_product_id_feature_id")),
    )
    op.create_index(op.f("ix_product_features_feature_id"), "product_features", ["feature_id"], unique=False)
    op.create_table(
        "usage_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meter_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("unique_key", sa.Text(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_usage_events_voided")),
        sa.CheckConstraint(
            "counted_at >= occurred_at AND is_late = (counted_at > occurred_at)", name=op.f("ck_usage_events_late")
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_usage_events_value")),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_usage_events_meter_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_usage_events_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_events")),
        sa.UniqueConstraint("meter_id", "event_id", name=op.f("uq_usage_events_meter_id_event_id")),
    )
    op.create_index(
        "ix_usage_events_counted", "usage_events", ["organization_id", "meter_id", "counted_at"], unique=False
    )
    op.create_table(
        "experiment_assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("experiment_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("price_id", sa.Uuid(), nullable=False),
        sa.Column("exposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["price_experiments.id"], name=op.f("fk_experiment_assignments_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_experiment_assignments_organization_id")
        ),
        sa.ForeignKeyConstraint(["price_id"], ["prices.id"], name=op.f("fk_experiment_assignments_price_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment_assignments")),
        sa.UniqueConstraint(
            "experiment_id", "organization_id", name=op.f("uq_experiment_assignments_experiment_id_organization_id")
        ),
    )
    op.create_index(
        "ix_experiment_assignments_price", "experiment_assignments", ["organization_id", "price_id"], unique=False
    )
    op.create_index(op.f("ix_experiment_assignments_price_id"), "experiment_assignments", ["price_id"], unique=False)
    op.execute(
        """
    CREATE FUNCTION keep_price() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND (old.is_variant OR NOT new.is_variant)
            AND (old.provider_price_id IS NULL OR old.provider_price_id IS NOT DISTINCT FROM new.provider_price_id)
            AND to_jsonb(old) - '{status,version,updated_at,is_variant,provider_price_id}'::text[]
                = to_jsonb(new) - '{status,version,updated_at,is_variant,provider_price_id}'::text[]
        THEN RETURN new;
        END IF;
        RAISE EXCEPTION 'a price keeps what it costs: add a price that follows and archive this one'
            USING ERRCODE = 'restrict_violation';
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER prices_kept BEFORE UPDATE OR DELETE ON prices FOR EACH ROW EXECUTE FUNCTION keep_price()
    """
    )
    op.execute(
        """
    CREATE FUNCTION keep_usage() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND old.voided_at IS NULL
            AND to_jsonb(old) - '{voided_at,void_reason}'::text[] = to_jsonb(new) - '{voided_at,void_reason}'::text[]
        THEN RETURN new;
        END IF;
        RAISE EXCEPTION 'usage keeps what was reported: an event can only be voided, once'
            USING ERRCODE = 'restrict_violation';
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER usage_events_kept BEFORE UPDATE OR DELETE ON usage_events FOR EACH ROW EXECUTE FUNCTION keep_usage()
    """
    )
    op.execute(
        """
    CREATE TRIGGER experiment_assignments_kept BEFORE UPDATE OR DELETE ON experiment_assignments
        FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()
    """
    )
