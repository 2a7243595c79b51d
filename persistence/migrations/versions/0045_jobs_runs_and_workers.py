"""Jobs that people see, runs at set times, and the workers that live.

Revision 0045, after 0044. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_heartbeat", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_table(
        "scheduled_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scheduled_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "QUEUED",
                "RUNNING",
                "SUCCEEDED",
                "FAILED",
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
        sa.CheckConstraint("status <> 'SUCCEEDED' OR next_at IS NULL", name=op.f("ck_scheduled_runs_done_is_done")),
        sa.CheckConstraint(
            "status NOT IN ('QUEUED', 'RUNNING') OR next_at IS NOT NULL", name=op.f("ck_scheduled_runs_open_is_due")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_scheduled_runs_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_runs")),
        sa.UniqueConstraint("name", "scheduled_for", name=op.f("uq_scheduled_runs_name_scheduled_for")),
    )
    op.create_index(
        "ix_scheduled_runs_due",
        "scheduled_runs",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.add_column(
        "outbox_reactions", sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    )
    op.add_column(
        "outbox_reactions",
        sa.Column(
            "status",
            sa.Enum(
                "QUEUED",
                "RUNNING",
                "RETRYING",
                "SUCCEEDED",
                "DEAD",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            server_default="QUEUED",
        ),
    )
    op.add_column("outbox_reactions", sa.Column("retry_reason", sa.Text(), nullable=True))
    op.add_column("outbox_reactions", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        "outbox_reactions",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    op.add_column(
        "outbox_reactions",
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    op.execute(
        """
        UPDATE outbox_reactions SET status = CASE
            WHEN done_at IS NOT NULL THEN 'SUCCEEDED'
            WHEN dead_at IS NOT NULL THEN 'DEAD'
            WHEN error IS NOT NULL THEN 'RETRYING'
            WHEN attempts > 0 THEN 'RUNNING'
            ELSE 'QUEUED'
        END
        """
    )
    op.create_index(
        "ix_outbox_reactions_open",
        "outbox_reactions",
        ["status"],
        unique=False,
        postgresql_where=sa.text("status <> 'SUCCEEDED'"),
    )
    op.create_unique_constraint(op.f("uq_outbox_reactions_id"), "outbox_reactions", ["id"])
