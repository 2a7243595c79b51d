"""The table of files."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Table, Text, text

from domain.files import FilePurpose, FileStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

files = Table(
    "files",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("uploaded_by_id", "users", optional=True),
    ref("uploaded_with_id", "api_keys", optional=True),
    Column("purpose", one_of(FilePurpose, "purpose"), nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("storage_key", Text, nullable=False, unique=True),
    Column("scan_result", Text),
    ref("submission_id", "task_submissions", optional=True),
    ref("credit_dispute_id", "credit_disputes", optional=True),
    Column("status", one_of(FileStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("size >= 1", name="size"),
    CheckConstraint("storage_key ~ '^[0-9a-f]{32}$'", name="storage_key"),
    CheckConstraint("num_nonnulls(submission_id, credit_dispute_id) <= 1", name="attached_once"),
    CheckConstraint("status = 'CLEAN' OR num_nonnulls(submission_id, credit_dispute_id) = 0", name="attached_clean"),
    CheckConstraint("(status IN ('INFECTED', 'REJECTED')) = (scan_result IS NOT NULL)", name="scan_result"),
)
Index("ix_files_submission_id", files.c.submission_id, postgresql_where=text("submission_id IS NOT NULL"))
Index("ix_files_credit_dispute_id", files.c.credit_dispute_id, postgresql_where=text("credit_dispute_id IS NOT NULL"))
Index("ix_files_pending", files.c.created_at, postgresql_where=text("status = 'PENDING'"))
Index("ix_files_watched", files.c.status, postgresql_where=text("status IN ('SCANNING', 'INFECTED')"))
Index(
    "ix_files_without_use",
    files.c.updated_at,
    postgresql_where=text(
        "submission_id IS NULL AND credit_dispute_id IS NULL AND status NOT IN ('PENDING', 'SCANNING')"
    ),
)

# Read and written by processes of the release before this one only; the next release drops it.
Table(
    "file_cleanups",
    metadata,
    Column("day", Date, primary_key=True),
    Column("finished_at", Instant, nullable=False),
)
