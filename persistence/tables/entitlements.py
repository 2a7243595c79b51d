"""Tables of what organizations may use: grants and promotions, what is used of limits, and versions of it all."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

from domain.entitlement_grants import GrantReason
from domain.organizations import OrganizationKind
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

entitlement_versions = Table(
    "entitlement_versions",
    metadata,
    key(),
    ref("organization_id", "organizations", optional=True),
    ref("app_id", "apps", optional=True),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint(
        "organization_id", "app_id", name="uq_entitlement_versions_set", postgresql_nulls_not_distinct=True
    ),
)

entitlement_grants = Table(
    "entitlement_grants",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    ref("feature_id", "features"),
    ref("app_id", "apps", optional=True),
    ref("owner_organization_id", "organizations", optional=True),
    Column("value", BigInteger),
    Column("reason_kind", one_of(GrantReason, "reason_kind"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant),
    ref("granted_by", "users", optional=True),
    Column("revoked_at", Instant),
    ref("revoked_by", "users", optional=True),
    Column("revoke_reason", Text),
    *lifecycle(),
    CheckConstraint("value >= 0", name="value"),
    CheckConstraint("ends_at > starts_at", name="time"),
    CheckConstraint("length(trim(reason)) BETWEEN 5 AND 500", name="reason"),
    CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="revoked"),
)
_grants = entitlement_grants.c
entitlement_grants.append_constraint(
    ExcludeConstraint(
        (_grants.organization_id, "="),
        (_grants.feature_id, "="),
        (func.tstzrange(_grants.starts_at, _grants.ends_at), "&&"),
        where=text("revoked_at IS NULL"),
        name="ex_entitlement_grants_time",
    )
)
Index("ix_entitlement_grants_organization", _grants.organization_id, _grants.app_id)

feature_promotions = Table(
    "feature_promotions",
    metadata,
    key(),
    ref("feature_id", "features"),
    ref("app_id", "apps", optional=True, index=True),
    ref("owner_organization_id", "organizations", optional=True),
    Column("value", BigInteger),
    Column("kinds", ARRAY(one_of(OrganizationKind, "kinds", checked=False)), nullable=False),
    Column("organization_ids", ARRAY(Uuid), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant),
    *lifecycle(),
    CheckConstraint("value >= 0", name="value"),
    CheckConstraint("ends_at > starts_at", name="time"),
    CheckConstraint("cardinality(kinds) + cardinality(organization_ids) > 0", name="audience"),
)

# Moved by one statement that refuses to pass the limit; `warned_at_used` is the count at which it warned.
quota_counters = Table(
    "quota_counters",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    ref("feature_id", "features"),
    Column("window_starts_at", Instant, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("warned_at_used", BigInteger),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("organization_id", "feature_id", "window_starts_at", name="uq_quota_counters_window"),
    CheckConstraint("used >= 0", name="used"),
)
