"""Tables of fee policies and their tiers."""

from sqlalchemy import CheckConstraint, Column, Connection, Index, Integer, MetaData, Table, Text, event, func, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from domain.fees import FeeScope
from domain.payment_methods import Provider
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref


# An exclusion constraint compares ranges by itself; what else must be equal needs the extension.
@event.listens_for(metadata, "before_create")
def _create_extension(target: MetaData, connection: Connection, **options: object) -> None:
    connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS btree_gist")


fee_policies = Table(
    "fee_policies",
    metadata,
    key(),
    Column("scope", one_of(FeeScope, "scope"), nullable=False),
    Column("bps", Integer, nullable=False),
    Column("minimum_fees_minor", JSONB, nullable=False),
    Column("effective_from", Instant, nullable=False),
    Column("effective_to", Instant),
    *lifecycle(),
    CheckConstraint("bps BETWEEN 0 AND 10000", name="rate"),
    CheckConstraint("effective_to > effective_from", name="period"),
)
fee_policies.append_constraint(
    ExcludeConstraint(
        (fee_policies.c.scope, "="),
        (func.tstzrange(fee_policies.c.effective_from, fee_policies.c.effective_to), "&&"),
        name="ex_fee_policies_period",
    )
)

fee_tiers = Table(
    "fee_tiers",
    metadata,
    key(),
    ref("policy_id", "fee_policies"),
    Column("position", Integer, nullable=False),
    Column("provider", one_of(Provider, "provider")),
    Column("currency", Text, nullable=False),
    minor("min_minor"),
    minor("max_minor", optional=True),
    Column("bps", Integer, nullable=False),
    minor("flat_minor"),
    CheckConstraint("bps BETWEEN 0 AND 10000 AND flat_minor >= 0", name="rate"),
    CheckConstraint("min_minor >= 0 AND max_minor >= min_minor", name="range"),
    Index("uq_fee_tiers_position", "policy_id", "position", unique=True),
)
fee_tiers.append_constraint(
    ExcludeConstraint(
        (fee_tiers.c.policy_id, "="),
        (func.coalesce(fee_tiers.c.provider, text("''")), "="),
        (fee_tiers.c.currency, "="),
        (func.int8range(fee_tiers.c.min_minor, fee_tiers.c.max_minor, text("'[]'")), "&&"),
        name="ex_fee_tiers_range",
    )
)
