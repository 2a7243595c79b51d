"""Tables of catalogues: features, products and what they have of them, plans and prices."""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from domain.catalogue import CatalogueStatus
from domain.features import FeatureKind, FeatureReset
from domain.prices import PriceInterval, PriceModel, TaxBehavior, Tier
from domain.products import FeatureMode, ProductKind
from domain.subscription_plans import CreditSchedule, DunningOutcome, TrialEnd
from persistence.tables.columns import key, lifecycle, metadata, minor, one_of, ref


class TiersColumn(TypeDecorator[tuple[Tier, ...]]):
    """Tiers as a JSON document, with exact decimals as text: they are never queried by part."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: tuple[Tier, ...] | None, dialect: Dialect) -> list[dict[str, Any]]:
        return [
            {"up_to": tier.up_to, "unit_amount": str(tier.unit_amount), "flat_minor": tier.flat_minor}
            for tier in value or ()
        ]

    def process_result_value(self, value: list[dict[str, Any]] | None, dialect: Dialect) -> tuple[Tier, ...]:
        return tuple(Tier(**{**tier, "unit_amount": Decimal(tier["unit_amount"])}) for tier in value or ())


def _of_catalogue() -> tuple[Column[Any], Column[Any]]:
    """Whose catalogue it is in: none of both says Milepost's own."""
    return (ref("app_id", "apps", optional=True), ref("owner_organization_id", "organizations", optional=True))


def _one_per_catalogue(table: str, *columns: str) -> UniqueConstraint:
    name = f"uq_{table}_app_id_{'_'.join(columns)}"
    return UniqueConstraint("app_id", *columns, name=name, postgresql_nulls_not_distinct=True)


_owned = "(app_id IS NULL) = (owner_organization_id IS NULL)"

features = Table(
    "features",
    metadata,
    key(),
    *_of_catalogue(),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", one_of(FeatureKind, "kind"), nullable=False),
    Column("reset", one_of(FeatureReset, "reset"), nullable=False),
    Column("status", one_of(CatalogueStatus, "status"), nullable=False),
    *lifecycle(),
    _one_per_catalogue("features", "code"),
    CheckConstraint(_owned, name="owned"),
)

products = Table(
    "products",
    metadata,
    key(),
    *_of_catalogue(),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("kind", one_of(ProductKind, "kind"), nullable=False),
    Column("tax_code", Text),
    Column("revoke_on_partial_refund", Boolean, nullable=False),
    Column("status", one_of(CatalogueStatus, "status"), nullable=False),
    *lifecycle(),
    _one_per_catalogue("products", "code"),
    CheckConstraint(_owned, name="owned"),
)

product_features = Table(
    "product_features",
    metadata,
    key(),
    ref("product_id", "products"),
    ref("feature_id", "features", index=True),
    Column("position", Integer, nullable=False),
    Column("value", BigInteger),
    Column("mode", one_of(FeatureMode, "mode"), nullable=False),
    UniqueConstraint("product_id", "feature_id"),
    CheckConstraint("value >= 0", name="value"),
)

plans = Table(
    "plans",
    metadata,
    key(),
    ref("product_id", "products"),
    *_of_catalogue(),
    Column("product_kind", one_of(ProductKind, "product_kind"), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("trial_days", Integer, nullable=False),
    Column("trial_end", one_of(TrialEnd, "trial_end"), nullable=False),
    Column("grace_days", Integer, nullable=False),
    Column("dunning_outcome", one_of(DunningOutcome, "dunning_outcome"), nullable=False),
    Column("seat_min", Integer, nullable=False),
    Column("seat_max", Integer),
    Column("included_credits", BigInteger, nullable=False),
    Column("credit_schedule", one_of(CreditSchedule, "credit_schedule"), nullable=False),
    *lifecycle(),
    UniqueConstraint("product_id"),
    _one_per_catalogue("plans", "product_kind", "rank"),
    CheckConstraint(_owned, name="owned"),
    CheckConstraint("product_kind <> 'ONE_OFF'", name="subscribed_to"),
    CheckConstraint("trial_days BETWEEN 0 AND 90 AND grace_days BETWEEN 0 AND 30", name="days"),
    CheckConstraint("seat_min >= 1 AND seat_max >= seat_min", name="seats"),
    CheckConstraint("included_credits >= 0", name="credits"),
)

prices = Table(
    "prices",
    metadata,
    key(),
    ref("product_id", "products", index=True),
    *_of_catalogue(),
    Column("currency", Text, nullable=False),
    Column("model", one_of(PriceModel, "model"), nullable=False),
    minor("unit_amount_minor"),
    Column("tiers", TiersColumn, nullable=False),
    Column("interval", one_of(PriceInterval, "interval"), nullable=False),
    Column("interval_count", Integer, nullable=False),
    ref("meter_id", "meters", optional=True),
    Column("tax_behavior", one_of(TaxBehavior, "tax_behavior"), nullable=False),
    Column("access_days", Integer),
    Column("provider_price_id", Text, unique=True),
    Column("is_variant", Boolean, nullable=False),
    Column("status", one_of(CatalogueStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint(_owned, name="owned"),
    CheckConstraint("unit_amount_minor >= 0", name="amount"),
    CheckConstraint("(model IN ('GRADUATED', 'VOLUME')) = (jsonb_array_length(tiers) > 0)", name="tiers"),
    CheckConstraint("interval_count BETWEEN 1 AND 12 AND access_days > 0", name="counts"),
    CheckConstraint("interval = 'ONE_TIME' OR access_days IS NULL", name="access"),
)
_prices = prices.c
Index(
    "uq_prices_active",
    _prices.product_id,
    _prices.currency,
    _prices.interval,
    _prices.interval_count,
    _prices.meter_id,
    unique=True,
    postgresql_where=text("status = 'ACTIVE' AND NOT is_variant"),
    postgresql_nulls_not_distinct=True,
)
