"""Credits: accounts, lots, movements, and which lots a movement touched.

Revision 0026, after 0025. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("lapses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("freeze_reason", sa.Text(), nullable=True),
        sa.Column("has_shortfall", sa.Boolean(), nullable=False),
        sa.Column("low_balance_threshold", sa.BigInteger(), nullable=False),
        sa.Column("alert_armed", sa.Boolean(), nullable=False),
        sa.Column("top_up_enabled", sa.Boolean(), nullable=False),
        sa.Column("top_up_threshold", sa.BigInteger(), nullable=True),
        sa.Column("top_up_package_id", sa.Uuid(), nullable=True),
        sa.Column("top_up_quantity", sa.BigInteger(), nullable=True),
        sa.Column("top_up_currency", sa.Text(), nullable=True),
        sa.Column("top_up_max_per_month", sa.Integer(), nullable=False),
        sa.Column("top_up_failures", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "FROZEN", "CLOSED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'CLOSED' OR (available = 0 AND held = 0)", name=op.f("ck_credit_accounts_closed_empty")
        ),
        sa.CheckConstraint("available >= 0 AND held >= 0", name=op.f("ck_credit_accounts_not_negative")),
        sa.CheckConstraint(
            "low_balance_threshold >= 0 AND top_up_max_per_month >= 0 AND top_up_failures >= 0",
            name=op.f("ck_credit_accounts_limits"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_credit_accounts_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_accounts")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_credit_accounts_organization_id")),
    )
    op.create_table(
        "credit_lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "PURCHASE",
                "SUBSCRIPTION",
                "ROLLOVER",
                "PROMOTION",
                "GRANT",
                "REFUND",
                "TRANSFER",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expiry_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cost_minor >= 0 AND (cost_minor > 0) = (currency IS NOT NULL)", name=op.f("ck_credit_lots_cost")
        ),
        sa.CheckConstraint("priority BETWEEN 0 AND 100 AND part >= 0", name=op.f("ck_credit_lots_priority")),
        sa.CheckConstraint(
            "quantity > 0 AND remaining >= 0 AND held >= 0 AND remaining + held <= quantity",
            name=op.f("ck_credit_lots_quantities"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["credit_accounts.id"], name=op.f("fk_credit_lots_account_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_credit_lots_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_lots")),
        sa.UniqueConstraint("source", "source_id", "part", name=op.f("uq_credit_lots_source_source_id_part")),
    )
    op.create_index("ix_credit_lots_account", "credit_lots", ["account_id", "created_at"], unique=False)
    op.create_index(
        "ix_credit_lots_expiring",
        "credit_lots",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_index(
        "ix_credit_lots_live",
        "credit_lots",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("remaining + held > 0"),
    )
    op.create_table(
        "credit_transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "PURCHASE",
                "GRANT",
                "SPEND",
                "HOLD",
                "REFUND",
                "EXPIRE",
                "ROLLOVER",
                "ADJUST",
                "TRANSFER_OUT",
                "TRANSFER_IN",
                "CLAWBACK",
                "REVERSAL",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("captured_quantity", sa.BigInteger(), nullable=True),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference_kind", sa.Text(), nullable=True),
        sa.Column("reference_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("app_user", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_user_id", sa.Uuid(), nullable=True),
        sa.Column("actor_key_id", sa.Uuid(), nullable=True),
        sa.Column("actor_organization_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("ledger_transfer_id", sa.Uuid(), nullable=True),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "POSTED",
                "VOIDED",
                "EXPIRED",
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
            "(type = 'HOLD' AND status = 'POSTED') = (captured_quantity IS NOT NULL) AND captured_quantity BETWEEN 1 AND quantity",
            name=op.f("ck_credit_transactions_captured"),
        ),
        sa.CheckConstraint("(type = 'HOLD') = (hold_expires_at IS NOT NULL)", name=op.f("ck_credit_transactions_hold")),
        sa.CheckConstraint(
            "(type = 'ROLLOVER') = (ledger_transfer_id IS NULL)", name=op.f("ck_credit_transactions_posted")
        ),
        sa.CheckConstraint("type = 'HOLD' OR status = 'POSTED'", name=op.f("ck_credit_transactions_only_holds_wait")),
        sa.CheckConstraint(
            "type NOT IN ('REFUND', 'REVERSAL') OR reverses_id IS NOT NULL", name=op.f("ck_credit_transactions_undoes")
        ),
        sa.CheckConstraint("quantity > 0 AND balance_after >= 0", name=op.f("ck_credit_transactions_quantity")),
        sa.ForeignKeyConstraint(["account_id"], ["credit_accounts.id"], name=op.f("fk_credit_transactions_account_id")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_credit_transactions_app_id")),
        sa.ForeignKeyConstraint(
            ["ledger_transfer_id"],
            ["ledger_transfers.id"],
            name=op.f("fk_credit_transactions_ledger_transfer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_credit_transactions_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["credit_transactions.id"], name=op.f("fk_credit_transactions_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_transactions")),
    )
    op.create_index("ix_credit_transactions_account", "credit_transactions", ["account_id", "created_at"], unique=False)
    op.create_index(
        "ix_credit_transactions_app",
        "credit_transactions",
        ["app_id", "organization_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("app_id IS NOT NULL"),
    )
    op.create_index(
        "ix_credit_transactions_holds",
        "credit_transactions",
        ["hold_expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        "ix_credit_transactions_reverses",
        "credit_transactions",
        ["reverses_id"],
        unique=False,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_index(
        "uq_credit_transactions_reversal",
        "credit_transactions",
        ["reverses_id"],
        unique=True,
        postgresql_where=sa.text("type = 'REVERSAL'"),
    )
    op.create_table(
        "credit_consumptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("OUT", "IN", name="direction", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_credit_consumptions_quantity")),
        sa.ForeignKeyConstraint(
            ["lot_id"],
            ["credit_lots.id"],
            name=op.f("fk_credit_consumptions_lot_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_credit_consumptions_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["credit_transactions.id"],
            name=op.f("fk_credit_consumptions_transaction_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_consumptions")),
        sa.UniqueConstraint(
            "transaction_id", "lot_id", "direction", name=op.f("uq_credit_consumptions_transaction_id_lot_id_direction")
        ),
        sa.UniqueConstraint("transaction_id", "position", name=op.f("uq_credit_consumptions_transaction_id_position")),
    )
    op.create_index(op.f("ix_credit_consumptions_lot_id"), "credit_consumptions", ["lot_id"], unique=False)
    op.execute(
        """
    -- What is posted stays. Only a hold waits, and only while it does may it, and the lots it names, still change.
    CREATE FUNCTION refuse_changed_credits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_TABLE_NAME = 'credit_consumptions' THEN
            IF (SELECT type FROM credit_transactions WHERE id = OLD.transaction_id) = 'HOLD' THEN
                RETURN coalesce(NEW, OLD);
            END IF;
        ELSIF TG_TABLE_NAME = 'credit_transactions' THEN
            IF TG_OP = 'UPDATE' AND OLD.status = 'PENDING' THEN
                RETURN NEW;
            END IF;
        ELSIF TG_OP = 'UPDATE' AND (OLD.account_id, OLD.source, OLD.source_id, OLD.part, OLD.quantity, OLD.cost_minor)
            = (NEW.account_id, NEW.source, NEW.source_id, NEW.part, NEW.quantity, NEW.cost_minor) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% keep what was posted: correct it by another movement', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """
    )
    for table in ("credit_lots", "credit_transactions", "credit_consumptions"):
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_changed_credits()"
        )
    op.execute(
        """
    -- Every organization has an account, however it comes to be: opened with it, and empty.
    CREATE FUNCTION open_credit_account() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO credit_accounts (id, organization_id, available, held, lapses, has_shortfall, low_balance_threshold,
            alert_armed, top_up_enabled, top_up_max_per_month, top_up_failures, status, version, created_at, updated_at)
        VALUES (uuidv7(), NEW.id, 0, 0, '[]', false, 20, false, false, 3, 0, 'ACTIVE', 1, NEW.created_at, NEW.created_at);
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        "CREATE TRIGGER organizations_open_credit_account AFTER INSERT ON organizations"
        " FOR EACH ROW EXECUTE FUNCTION open_credit_account()"
    )
    op.execute(
        """
    INSERT INTO credit_accounts (id, organization_id, available, held, lapses, has_shortfall, low_balance_threshold,
        alert_armed, top_up_enabled, top_up_max_per_month, top_up_failures, status, version, created_at, updated_at)
    SELECT uuidv7(), id, 0, 0, '[]', false, 20, false, false, 3, 0, 'ACTIVE', 1, created_at, created_at FROM organizations
    """
    )
