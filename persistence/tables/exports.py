"""Tables of ledger exports and their content."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB

from domain.export_files import FileFormat
from domain.ledger import AccountCode
from domain.ledger_exports import ExportStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref


def _values(codes: type[AccountCode]) -> list[str]:
    """The codes as accounts have them; what is no code finds no account, so that nothing guards them here."""
    return [code.value for code in codes]


ledger_exports = Table(
    "ledger_exports",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("requested_by_id", "users", optional=True),
    Column("format", one_of(FileFormat, "format"), nullable=False),
    Column("posted_from", Instant),
    Column("posted_before", Instant, nullable=False),
    ref("account_organization_id", "organizations", optional=True),
    Column("account_code", SqlEnum(AccountCode, native_enum=False, length=40, values_callable=_values)),
    Column("status", one_of(ExportStatus, "status"), nullable=False, index=True),
    Column("entry_count", BigInteger),
    Column("byte_count", BigInteger),
    Column("sha256", Text),
    Column("sums", JSONB, nullable=False),
    Column("ready_at", Instant),
    *lifecycle(),
    CheckConstraint("(status = 'PENDING') = (sha256 IS NULL)", name="finished"),
)

ledger_export_parts = Table(
    "ledger_export_parts",
    metadata,
    key(),
    ref("export_id", "ledger_exports"),
    Column("position", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Index("uq_ledger_export_parts_position", "export_id", "position", unique=True),
)
