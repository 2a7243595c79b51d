"""Tables of price experiments, and of who was shown which price."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Dialect, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from domain.price_experiments import ExperimentStatus, Variant
from domain.prices import PriceInterval
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref


class VariantsColumn(TypeDecorator[tuple[Variant, ...]]):
    """Variants as a JSON document: they begin and end together."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: tuple[Variant, ...] | None, dialect: Dialect) -> list[dict[str, Any]]:
        return [{"key": one.key, "price_id": str(one.price_id), "weight": one.weight} for one in value or ()]

    def process_result_value(self, value: list[dict[str, Any]] | None, dialect: Dialect) -> tuple[Variant, ...]:
        return tuple(Variant(**{**one, "price_id": UUID(one["price_id"])}) for one in value or ())


price_experiments = Table(
    "price_experiments",
    metadata,
    key(),
    ref("product_id", "products", index=True),
    Column("currency", Text, nullable=False),
    Column("interval", one_of(PriceInterval, "interval"), nullable=False),
    Column("interval_count", Integer, nullable=False),
    Column("variants", VariantsColumn, nullable=False),
    Column("winner", Text),
    Column("status", one_of(ExperimentStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(status = 'COMPLETED') = (winner IS NOT NULL)", name="winner"),
)
Index(
    "uq_price_experiments_running",
    price_experiments.c.product_id,
    price_experiments.c.currency,
    price_experiments.c.interval,
    unique=True,
    postgresql_where=text("status = 'RUNNING'"),
)

experiment_assignments = Table(
    "experiment_assignments",
    metadata,
    key(),
    ref("experiment_id", "price_experiments"),
    ref("organization_id", "organizations"),
    Column("variant", Text, nullable=False),
    ref("price_id", "prices", index=True),
    Column("exposed_at", Instant, nullable=False),
    UniqueConstraint("experiment_id", "organization_id"),
    Index("ix_experiment_assignments_price", "organization_id", "price_id"),
)
