"""Tables of the audit log: entries in chains, where each chain ends, what all ends came to day by day, and exports."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from domain.audit_entries import AuditActorKind
from domain.export_files import FileFormat
from domain.ledger_exports import ExportStatus
from domain.refusals import RefusalCode
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

# The last row that a transaction locks: whoever writes the next entry waits here for the one before to commit.
audit_chains = Table(
    "audit_chains",
    metadata,
    key(),
    Column("seq", BigInteger, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# Written by append_audit() alone, which gives each entry its number and its hash. It names no other table: what an
# entry is about may be gone one day, and an entry never goes.
audit_entries = Table(
    "audit_entries",
    metadata,
    key(),
    Column("chain_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_kind", one_of(AuditActorKind, "actor_kind"), nullable=False),
    Column("actor_user_id", Uuid),
    Column("actor_key_id", Uuid),
    Column("actor_app_id", Uuid),
    Column("impersonator_id", Uuid),
    Column("organization_id", Uuid),
    Column("action", Text, nullable=False),
    Column("subject_type", Text),
    Column("subject_id", Uuid),
    Column("refusal", one_of(RefusalCode, "refusal", checked=False)),
    Column("change", JSONB(none_as_null=True)),
    Column("change_sha256", LargeBinary, nullable=False),
    Column("request_id", Text),
    Column("ip", Text),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("uq_audit_entries_seq", "chain_id", "seq", unique=True),
    Index("ix_audit_entries_at", "at", "id"),
    Index("ix_audit_entries_organization_id_at", "organization_id", "at", "id"),
    Index("ix_audit_entries_actor_user_id_at", "actor_user_id", "at"),
    Index("ix_audit_entries_subject_id_at", "subject_id", "at"),
)

audit_roots = Table(
    "audit_roots",
    metadata,
    Column("day", Date, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)

audit_exports = Table(
    "audit_exports",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("requested_by_id", "users", optional=True),
    Column("format", one_of(FileFormat, "format"), nullable=False),
    ref("of_organization_id", "organizations", optional=True),
    Column("at_from", Instant),
    Column("at_before", Instant, nullable=False),
    Column("status", one_of(ExportStatus, "status"), nullable=False, index=True),
    Column("entry_count", BigInteger),
    Column("byte_count", BigInteger),
    Column("sha256", Text),
    Column("ready_at", Instant),
    *lifecycle(),
    CheckConstraint("(status = 'PENDING') = (sha256 IS NULL)", name="finished"),
)

audit_export_parts = Table(
    "audit_export_parts",
    metadata,
    key(),
    ref("export_id", "audit_exports"),
    Column("position", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Index("uq_audit_export_parts_position", "export_id", "position", unique=True),
)
