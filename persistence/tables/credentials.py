"""Tables of what people show to be who they are, besides their passwords, and of what anybody may ask for."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from domain.account_requests import RequestPurpose
from domain.sessions import SessionKind
from persistence.tables.columns import Instant, key, metadata, one_of, ref

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    key(),
    ref("session_id", "sessions", index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
)

two_factors = Table(
    "two_factors",
    metadata,
    key(),
    ref("user_id", "users"),
    Column("sealed_secret", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("codes_made_at", Instant),
    Column("last_used_step", BigInteger),
    UniqueConstraint("user_id"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    key(),
    ref("user_id", "users", index=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("used_at", Instant),
)

sign_in_challenges = Table(
    "sign_in_challenges",
    metadata,
    key(),
    ref("user_id", "users", index=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    ref("organization_id", "organizations", optional=True),
    Column("kind", one_of(SessionKind, "kind"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("used_at", Instant),
    CheckConstraint("tries >= 0", name="tries"),
)

account_requests = Table(
    "account_requests",
    metadata,
    key(),
    Column("purpose", one_of(RequestPurpose, "purpose"), nullable=False),
    ref("user_id", "users", optional=True),
    Column("email_hash", LargeBinary, nullable=False),
    Column("ip", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_account_requests_email_hash_at", "email_hash", "at"),
    Index("ix_account_requests_ip_at", "ip", "at"),
)
