"""Fees by date and tier, and exchange rates.

Revision 0004, after 0003. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Ranges and equalities in one exclusion constraint.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "fee_tiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("SIMULATOR", name="provider", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("min_minor", sa.BigInteger(), nullable=False),
        sa.Column("max_minor", sa.BigInteger(), nullable=True),
        sa.Column("bps", sa.Integer(), nullable=False),
        sa.Column("flat_minor", sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("policy_id"), "="),
            (sa.text("coalesce(provider, '')"), "="),
            (sa.column("currency"), "="),
            (sa.text("int8range(min_minor, max_minor, '[]')"), "&&"),
            using="gist",
            name="ex_fee_tiers_range",
        ),
        sa.CheckConstraint("bps BETWEEN 0 AND 10000 AND flat_minor >= 0", name=op.f("ck_fee_tiers_rate")),
        sa.CheckConstraint("min_minor >= 0 AND max_minor >= min_minor", name=op.f("ck_fee_tiers_range")),
        sa.ForeignKeyConstraint(["policy_id"], ["fee_policies.id"], name=op.f("fk_fee_tiers_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_tiers")),
    )
    op.create_index("uq_fee_tiers_position", "fee_tiers", ["policy_id", "position"], unique=True)
    op.add_column(
        "fee_policies",
        sa.Column(
            "minimum_fees_minor",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.text("'{}'"),
        ),
    )
    op.add_column("fee_policies", sa.Column("effective_to", sa.DateTime(timezone=True), nullable=True))
    op.add_column("fee_policies", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for name in ("created_at", "updated_at"):
        now = sa.text("now()")
        op.add_column("fee_policies", sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=now))
    for name in ("minimum_fees_minor", "version", "created_at", "updated_at"):
        op.alter_column("fee_policies", name, server_default=None)
    # Until now a policy ended where the next of its scope began, without saying so.
    op.execute(
        """
    UPDATE fee_policies p SET effective_to = (
        SELECT min(n.effective_from) FROM fee_policies n
        WHERE n.scope = p.scope AND n.effective_from > p.effective_from
    )
    """
    )
    op.drop_index(op.f("uq_fee_policies_scope"), table_name="fee_policies")
    op.drop_column("fee_policies", "minimum_fee_minor")
    op.create_check_constraint("period", "fee_policies", "effective_to > effective_from")
    op.execute(
        """
    ALTER TABLE fee_policies ADD CONSTRAINT ex_fee_policies_period
    EXCLUDE USING gist (scope WITH =, tstzrange(effective_from, effective_to) WITH &&)
    """
    )
    op.create_table(
        "exchange_rates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_currency", sa.Text(), nullable=False),
        sa.Column("to_currency", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rate > 0 AND from_currency <> to_currency", name=op.f("ck_exchange_rates_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rates")),
        sa.UniqueConstraint(
            "from_currency", "to_currency", "as_of", name=op.f("uq_exchange_rates_from_currency_to_currency_as_of")
        ),
    )
    op.create_table(
        "invoice_conversions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("minor_rate", sa.Numeric(precision=26, scale=13), nullable=False),
        sa.Column("rate_source", sa.Text(), nullable=True),
        sa.Column("rate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("exchange_rate > 0 AND total_minor >= 0", name=op.f("ck_invoice_conversions_amounts")),
        sa.CheckConstraint(
            "(rate_source IS NULL) = (rate_at IS NULL) AND (rate_source IS NOT NULL OR exchange_rate = 1)",
            name=op.f("ck_invoice_conversions_source"),
        ),
        sa.ForeignKeyConstraint(["id"], ["invoices.id"], name=op.f("fk_invoice_conversions_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_conversions")),
    )
    op.add_column("organizations", sa.Column("base_currency", sa.Text(), nullable=True))
    op.execute(
        """
    CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% keeps what was written: add a row that follows', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """
    )
    for table in ("exchange_rates", "invoice_conversions"):
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
