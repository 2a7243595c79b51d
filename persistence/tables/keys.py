"""Tables of what programs show in place of a session."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from domain.api_keys import ApiKeyStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

api_keys = Table(
    "api_keys",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("app_id", "apps", optional=True, index=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("allowed_ips", ARRAY(Text)),
    ref("created_by_id", "users"),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("last_used_at", Instant),
    # A successor is written with the key that it follows, in whichever order.
    ref("successor_id", "api_keys", optional=True, at_commit=True),
    Column("status", one_of(ApiKeyStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("octet_length(secret_hash) = 32", name="hashed"),
    CheckConstraint("status <> 'ROTATING' OR expires_at IS NOT NULL AND successor_id IS NOT NULL", name="overlaps"),
)
Index(
    "ix_api_keys_due",
    api_keys.c.expires_at,
    postgresql_where=text("status IN ('ACTIVE', 'ROTATING')"),
)
