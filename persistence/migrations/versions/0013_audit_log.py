"""Audit log.

Revision 0013, after 0012. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_tables()
    _make_exports()
    _make_append()
    _make_guards()


def _make_tables() -> None:
    op.create_table(
        "audit_chains",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chains")),
    )
    kinds = ("ANONYMOUS", "USER", "STAFF", "API_KEY", "APP", "SYSTEM")
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(*kinds, name="actor_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("actor_user_id", sa.Uuid(), nullable=True),
        sa.Column("actor_key_id", sa.Uuid(), nullable=True),
        sa.Column("actor_app_id", sa.Uuid(), nullable=True),
        sa.Column("impersonator_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("refusal", sa.String(length=40), nullable=True),
        sa.Column("change", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("change_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("uq_audit_entries_seq", "audit_entries", ["chain_id", "seq"], unique=True)
    op.create_index("ix_audit_entries_at", "audit_entries", ["at", "id"])
    op.create_index("ix_audit_entries_organization_id_at", "audit_entries", ["organization_id", "at", "id"])
    op.create_index("ix_audit_entries_actor_user_id_at", "audit_entries", ["actor_user_id", "at"])
    op.create_index("ix_audit_entries_subject_id_at", "audit_entries", ["subject_id", "at"])
    op.create_table(
        "audit_roots",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_roots")),
    )


def _make_exports() -> None:
    formats, states = ("CSV", "JSON_LINES"), ("PENDING", "READY", "FORGOTTEN")
    op.create_table(
        "audit_exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "format",
            sa.Enum(*formats, name="format", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("of_organization_id", sa.Uuid(), nullable=True),
        sa.Column("at_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*states, name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("entry_count", sa.BigInteger(), nullable=True),
        sa.Column("byte_count", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(status = 'PENDING') = (sha256 IS NULL)", name=op.f("ck_audit_exports_finished")),
        sa.ForeignKeyConstraint(
            ["of_organization_id"], ["organizations.id"], name=op.f("fk_audit_exports_of_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_audit_exports_organization_id")
        ),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_audit_exports_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_exports")),
    )
    op.create_index(op.f("ix_audit_exports_organization_id"), "audit_exports", ["organization_id"], unique=False)
    op.create_index(op.f("ix_audit_exports_status"), "audit_exports", ["status"], unique=False)
    op.create_table(
        "audit_export_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["audit_exports.id"], name=op.f("fk_audit_export_parts_export_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_export_parts")),
    )
    op.create_index("uq_audit_export_parts_position", "audit_export_parts", ["export_id", "position"], unique=True)


def _make_append() -> None:
    op.execute(
        """
    -- The next entry of a chain from its canonical JSON. The row of the chain is locked from here to the commit, so that
    -- numbers have no gaps; it is the only row that is locked here, and the last one of any transaction.
    CREATE FUNCTION append_audit(chain uuid, sealed text, changed jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
        beginning CONSTANT bytea := decode(repeat('00', 32), 'hex');
        content CONSTANT bytea := convert_to(sealed, 'UTF8');
        link audit_chains;
    BEGIN
        INSERT INTO audit_chains AS known (id, seq, prev_hash, hash)
            VALUES (chain, 1, beginning, sha256(beginning || int8send(1) || content))
            ON CONFLICT (id) DO UPDATE SET seq = known.seq + 1, prev_hash = known.hash,
                hash = sha256(known.hash || int8send(known.seq + 1) || content)
            RETURNING * INTO link;
        INSERT INTO audit_entries (id, chain_id, seq, at, actor_kind, actor_user_id, actor_key_id, actor_app_id,
                impersonator_id, organization_id, action, subject_type, subject_id, refusal, change, change_sha256,
                request_id, ip, prev_hash, hash)
            SELECT said.id, chain, link.seq, said.at, said."actorKind", said."actorUserId", said."actorKeyId",
                said."actorAppId", said."impersonatorId", said."organizationId", said.action, said."subjectType",
                said."subjectId", said.refusal, changed, decode(said."changeSha256", 'hex'), said."requestId", said.ip,
                link.prev_hash, link.hash
            FROM jsonb_to_record(sealed::jsonb) AS said (id uuid, at timestamptz, "actorKind" text, "actorUserId" uuid,
                "actorKeyId" uuid, "actorAppId" uuid, "impersonatorId" uuid, "organizationId" uuid, action text,
                "subjectType" text, "subjectId" uuid, refusal text, "changeSha256" text, "requestId" text, ip text);
        RETURN link.seq;
    END $$
    """
    )


def _make_guards() -> None:
    op.execute(
        """
    -- What an act has changed may be let go of after seven years of the platform's clock; all else stays for good.
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_entries' THEN
            IF NEW.change IS NULL AND to_jsonb(NEW) - 'change' = to_jsonb(OLD) - 'change'
                AND OLD.at < now() + coalesce((SELECT max(ahead) FROM clock), interval '0') - interval '7 years'
            THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION '% is append-only: what was written down stays as it is', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW
        EXECUTE FUNCTION refuse_audit_change()
    """
    )
    op.execute(
        """
    CREATE TRIGGER audit_roots_append_only BEFORE UPDATE OR DELETE ON audit_roots FOR EACH ROW
        EXECUTE FUNCTION refuse_audit_change()
    """
    )
    op.execute(
        """
    CREATE TRIGGER audit_chains_kept BEFORE DELETE ON audit_chains FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
    """
    )
    op.execute(
        """
    CREATE TRIGGER audit_chains_go_on BEFORE UPDATE ON audit_chains FOR EACH ROW
        WHEN (NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1 OR NEW.prev_hash <> OLD.hash)
        EXECUTE FUNCTION refuse_audit_change()
    """
    )
    for table in ("audit_entries", "audit_chains", "audit_roots"):
        op.execute(
            f"""
    CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_audit_change()
    """
        )
    # Superusers are stopped by the triggers alone.
    op.execute("REVOKE DELETE, TRUNCATE ON audit_chains FROM PUBLIC, CURRENT_USER")
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries, audit_roots FROM PUBLIC, CURRENT_USER")
    op.execute("GRANT UPDATE (change) ON audit_entries TO CURRENT_USER")
