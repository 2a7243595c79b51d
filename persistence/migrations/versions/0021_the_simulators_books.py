"""The simulator's books.

Revision 0021, after 0020. There is no way down: a mistake is mended by the next revision.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _new_tables()
    _charges()
    _refunds_and_payouts()
    _chargebacks()


def _new_tables() -> None:
    op.create_table(
        "simulator_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_simulator_settings_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_settings")),
    )
    op.create_table(
        "simulator_ordinals",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_simulator_ordinals")),
    )
    op.create_table(
        "simulator_diary",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_diary")),
    )
    op.create_index(op.f("ix_simulator_diary_due_at"), "simulator_diary", ["due_at"])
    op.create_table(
        "simulator_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.CheckConstraint("amount_minor >= 1", name=op.f("ck_simulator_movements_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_movements")),
    )
    op.create_index(op.f("ix_simulator_movements_at"), "simulator_movements", ["at"])
    op.create_index(op.f("ix_simulator_movements_external_id"), "simulator_movements", ["external_id"])
    op.create_table(
        "simulator_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_events")),
    )
    op.create_index(op.f("ix_simulator_events_provider_id"), "simulator_events", ["provider_id"])
    op.create_table(
        "simulator_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("is_forged", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("done_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["simulator_events.id"], name=op.f("fk_simulator_deliveries_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_deliveries")),
    )
    waiting = sa.text("done_at IS NULL")
    op.create_index("ix_simulator_deliveries_due", "simulator_deliveries", ["due_at"], postgresql_where=waiting)
    op.create_index(op.f("ix_simulator_deliveries_event_id"), "simulator_deliveries", ["event_id"])


def _charges() -> None:
    _add("simulator_charges", "is_manual", sa.Boolean(), "false")
    _add("simulator_charges", "state", sa.Text(), "CASE WHEN decline_code IS NULL THEN 'CHARGED' ELSE 'DECLINED' END")
    _add("simulator_charges", "fee_minor", sa.BigInteger(), "0")
    _add("simulator_charges", "ordinal", sa.BigInteger(), "0")
    _add("simulator_charges", "return_url", sa.Text(), "''")
    _add("simulator_charges", "description", sa.Text(), "''")
    _add("simulator_charges", "changed_at", _INSTANT, "at")
    op.drop_constraint(op.f("ck_simulator_charges_amount"), "simulator_charges")
    op.create_check_constraint(
        op.f("ck_simulator_charges_amount"), "simulator_charges", "amount_minor >= 1 OR state = 'VOIDED'"
    )
    op.execute("""
        INSERT INTO simulator_movements (external_id, kind, key, amount_minor, currency, fee_minor, at)
        SELECT provider_id, 'CHARGE', key, amount_minor, currency, 0, at FROM simulator_charges
        WHERE state = 'CHARGED' ORDER BY at
    """)


def _refunds_and_payouts() -> None:
    """What was under way for some hours is done."""
    for table, done in (("simulator_refunds", "REFUNDED"), ("simulator_payouts", "PAID")):
        _add(table, "state", sa.Text(), f"CASE WHEN decline_code IS NULL THEN '{done}' ELSE 'DECLINED' END")
        _add(table, "ordinal", sa.BigInteger(), "0")
        _add(table, "changed_at", _INSTANT, "at")
    op.execute("""
        INSERT INTO simulator_movements (external_id, kind, key, amount_minor, currency, fee_minor, at)
        SELECT provider_id, 'REFUND', key, amount_minor, currency, 0, at FROM simulator_refunds WHERE state = 'REFUNDED'
        UNION ALL
        SELECT provider_id, 'PAYOUT', key, amount_minor, currency, 0, at FROM simulator_payouts WHERE state = 'PAID'
    """)
    op.execute("""
        INSERT INTO simulator_diary (due_at, turn, subject)
        SELECT at + interval '2 days', 'payout comes back', provider_id FROM simulator_payouts
        WHERE token = 'sim_bank_returned' AND state = 'PAID'
    """)


def _chargebacks() -> None:
    """Those to come are in the diary; those that were opened are where the bank would be by now."""
    op.execute("""
        INSERT INTO simulator_diary (due_at, turn, subject)
        SELECT opened_at, 'bank asks', charge_id FROM simulator_chargebacks WHERE opened_at > now()
    """)
    op.execute("DELETE FROM simulator_chargebacks WHERE opened_at > now()")
    of_charge = "(SELECT c.{} FROM simulator_charges c WHERE c.provider_id = charge_id)"
    _add("simulator_chargebacks", "charge_key", sa.Uuid(), of_charge.format("key"))
    _add("simulator_chargebacks", "amount_minor", sa.BigInteger(), of_charge.format("amount_minor"))
    _add("simulator_chargebacks", "currency", sa.Text(), of_charge.format("currency"))
    _add("simulator_chargebacks", "reason", sa.Text(), "'FRAUDULENT'")
    _add(
        "simulator_chargebacks",
        "state",
        sa.Text(),
        "CASE WHEN evidence NOT LIKE '%sim_unconvincing%' THEN 'WON' WHEN answered_at IS NOT NULL THEN 'LOST'"
        " WHEN opened_at < now() - interval '9 days' THEN 'LOST' ELSE 'NEEDS_RESPONSE' END",
    )
    _add("simulator_chargebacks", "evidence_due_at", _INSTANT, "opened_at + interval '9 days'")
    _add("simulator_chargebacks", "changed_at", _INSTANT, "coalesce(answered_at, opened_at)")
    op.drop_column("simulator_chargebacks", "answered_at")
    op.create_check_constraint(op.f("ck_simulator_chargebacks_amount"), "simulator_chargebacks", "amount_minor >= 1")
    op.create_index(op.f("ix_simulator_chargebacks_changed_at"), "simulator_chargebacks", ["changed_at"])
    op.create_index(op.f("ix_simulator_chargebacks_charge_id"), "simulator_chargebacks", ["charge_id"])
    op.execute("""
        INSERT INTO simulator_movements (external_id, kind, key, amount_minor, currency, fee_minor, at)
        SELECT external_id, kind, charge_key, amount_minor, currency, 0, at FROM simulator_chargebacks,
            LATERAL (VALUES ('CHARGEBACK', opened_at), ('CHARGEBACK_WON', changed_at)) AS moved (kind, at)
        WHERE kind = 'CHARGEBACK' OR state = 'WON'
    """)
    op.execute("""
        INSERT INTO simulator_diary (due_at, turn, subject)
        SELECT evidence_due_at, 'evidence is due', external_id FROM simulator_chargebacks WHERE state = 'NEEDS_RESPONSE'
    """)


def _add(table: str, column: str, kind: sa.types.TypeEngine[Any], value: str) -> None:
    """A column that every row has, filled for those that are there."""
    op.add_column(table, sa.Column(column, kind))
    op.execute(sa.update(sa.table(table, sa.column(column))).values({column: sa.text(value)}))
    op.alter_column(table, column, nullable=False)
