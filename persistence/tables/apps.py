"""Tables of partner apps, their installations and users, and of people who sign in to them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.app_installations import InstallationStatus
from domain.app_permissions import AppPermission
from domain.apps import AppStatus
from domain.cross_app_sessions import CrossAppStatus
from domain.signing_keys import SigningAlgorithm
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

_Permissions = ARRAY(one_of(AppPermission, "permission", checked=False))

apps = Table(
    "apps",
    metadata,
    key(),
    ref("owner_organization_id", "organizations", index=True),
    Column("name", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("primary_color", Text, nullable=False),
    Column("permissions", _Permissions, nullable=False),
    Column("allowed_origins", ARRAY(Text), nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("max_users", Integer),
    Column("pending_change", JSONB(none_as_null=True)),
    ref("reviewed_by_id", "users", optional=True),
    Column("review_note", Text),
    Column("status", one_of(AppStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("max_users > 0", name="max_users"),
    CheckConstraint("status <> 'PENDING_REVIEW' OR pending_change IS NULL", name="pending_change"),
)

app_installations = Table(
    "app_installations",
    metadata,
    key(),
    ref("app_id", "apps", index=True),
    ref("organization_id", "organizations", index=True),
    Column("granted_permissions", _Permissions, nullable=False),
    ref("installed_by_id", "users", optional=True),
    Column("revoked_at", Instant),
    Column("status", one_of(InstallationStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(status = 'REVOKED') = (revoked_at IS NOT NULL)", name="revoked"),
)
Index(
    "uq_app_installations_active",
    app_installations.c.app_id,
    app_installations.c.organization_id,
    unique=True,
    postgresql_where=text("status = 'ACTIVE'"),
)

app_users = Table(
    "app_users",
    metadata,
    key(),
    ref("app_id", "apps"),
    ref("user_id", "users"),
    Column("first_seen_at", Instant, nullable=False),
    UniqueConstraint("app_id", "user_id"),
)

app_codes = Table(
    "app_codes",
    metadata,
    key(),
    ref("app_id", "apps"),
    ref("user_id", "users"),
    ref("organization_id", "organizations"),
    Column("origin", Text, nullable=False),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
)

cross_app_sessions = Table(
    "cross_app_sessions",
    metadata,
    key(),
    ref("app_id", "apps"),
    ref("user_id", "users", index=True),
    ref("organization_id", "organizations"),
    Column("permissions", _Permissions, nullable=False),
    Column("jti", Uuid, nullable=False),
    Column("refresh_hash", LargeBinary, nullable=False),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("status", one_of(CrossAppStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(status = 'REVOKED') = (revoked_at IS NOT NULL)", name="revoked"),
    Index("ix_cross_app_sessions_app_id_created_at", "app_id", "created_at"),
)
_is_active = text("status = 'ACTIVE'")
_sessions = cross_app_sessions.c
Index("uq_cross_app_sessions_active", _sessions.user_id, _sessions.app_id, unique=True, postgresql_where=_is_active)
Index("ix_cross_app_sessions_active_expires_at", _sessions.expires_at, postgresql_where=_is_active)

signing_keys = Table(
    "signing_keys",
    metadata,
    key(),
    Column("kid", Text, nullable=False, unique=True),
    Column("algorithm", one_of(SigningAlgorithm, "algorithm"), nullable=False),
    Column("public_jwk", JSONB, nullable=False),
    Column("sealed_private_key", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("activated_at", Instant, nullable=False),
    Column("retired_at", Instant),
    CheckConstraint("retired_at > activated_at", name="retired"),
)

app_calls = Table(
    "app_calls",
    metadata,
    Column("app_id", Uuid, primary_key=True),
    Column("used_on", Date, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("errors", BigInteger, nullable=False),
    CheckConstraint("calls >= errors AND errors >= 0", name="counts"),
)
