"""Tables of what members may, or may not, besides their role, and of staff who act as somebody."""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text, UniqueConstraint, text

from domain.impersonations import ImpersonationMode
from domain.permission_overrides import OverrideEffect
from domain.permissions import Permission
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

permission_overrides = Table(
    "permission_overrides",
    metadata,
    key(),
    ref("membership_id", "memberships"),
    ref("organization_id", "organizations", index=True),
    ref("user_id", "users", index=True),
    Column("permission", one_of(Permission, "permission", checked=False), nullable=False),
    Column("effect", one_of(OverrideEffect, "effect"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("expires_at", Instant),
    ref("set_by", "users", optional=True),
    *lifecycle(),
    UniqueConstraint("membership_id", "permission", name="uq_permission_overrides_permission"),
    CheckConstraint("permission <> 'org:close' AND permission NOT LIKE 'staff:%'", name="overridable"),
)

impersonations = Table(
    "impersonations",
    metadata,
    key(),
    ref("staff_user_id", "users", index=True),
    ref("target_user_id", "users", index=True),
    ref("organization_id", "organizations", optional=True),
    ref("session_id", "sessions"),
    Column("mode", one_of(ImpersonationMode, "mode"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("ticket", Text),
    Column("started_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant),
    *lifecycle(),
    UniqueConstraint("session_id"),
    CheckConstraint("staff_user_id <> target_user_id", name="of_another"),
    CheckConstraint("ends_at <= started_at + interval '30 minutes'", name="short"),
)
Index(
    "ix_impersonations_open_ends_at",
    impersonations.c.ends_at,
    postgresql_where=text("ended_at IS NULL"),
)
