"""Owed charges.

Revision 0035, after 0034. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sales", sa.Column("subscription_id", sa.Uuid(), nullable=True))
    op.add_column("sales", sa.Column("tries", sa.Integer(), nullable=True))
    op.add_column("sales", sa.Column("tried_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sales", sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sales", sa.Column("failure_code", sa.Text(), nullable=True))
    op.add_column("sales", sa.Column("failed_method_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_sales_subscription_id"), "sales", "billing_subscriptions", ["subscription_id"], ["id"]
    )
    op.create_foreign_key(op.f("fk_sales_failed_method_id"), "sales", "payment_methods", ["failed_method_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_sales_next_try"), "sales", "next_try_at IS NULL OR (status = 'PENDING' AND tries IS NOT NULL)"
    )
    op.create_index(
        "ix_sales_next_try_at",
        "sales",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.create_index(
        "ix_sales_owed",
        "sales",
        ["organization_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("tries IS NOT NULL"),
    )
    op.execute(
        """
    -- What is sold, to whom and for how much stays; a sale is paid once, with one invoice.
    CREATE OR REPLACE FUNCTION refuse_changed_sale() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        -- What life changes: how far it is paid, tried, earned and given back.
        moving CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'invoice_id', 'delivered_minor', 'undone_minor',
            'tax_back_minor', 'refunded_minor', 'lost_minor', 'is_disputed', 'success_url', 'cancel_url',
            'subscription_id', 'tries', 'tried_due_at', 'next_try_at', 'failure_code', 'failed_method_id'];
    BEGIN
        IF TG_OP = 'DELETE' OR to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving
            OR OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS DISTINCT FROM OLD.invoice_id THEN
            RAISE EXCEPTION 'sale % is opened: only what becomes of it changes', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """
    )
