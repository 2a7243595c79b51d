"""Tables of what organizations may use: by which version their sets are known."""

from sqlalchemy import BigInteger, Column, Table, UniqueConstraint

from persistence.tables.columns import Instant, key, metadata, ref

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
