"""Queries of price experiments: which price an organization is shown, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ScalarSelect, Text, and_, cast, exists, false, func, not_, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import SYSTEM, Actor
from domain.catalogue import CatalogueStatus
from domain.experiment_reports import VariantReport
from domain.ids import new_id
from domain.money import Money
from domain.permissions import Permission
from domain.price_experiments import ExperimentStatus, PriceExperiment
from domain.prices import Price
from domain.purchases import PurchaseStatus
from domain.refusals import conflict
from domain.subscription_periods import PeriodStatus
from persistence.catalogue import PRICES, PRODUCTS
from persistence.database import Database
from persistence.tables.catalogue import prices, products
from persistence.tables.checkouts import purchases
from persistence.tables.experiments import experiment_assignments, price_experiments
from persistence.tables.subscriptions import subscription_periods
from persistence.unit import Unit, transact
from planner.edges import Condition, Connection, One, Source

_experiments, _assigned = price_experiments.c, experiment_assignments.c
_SHOWN = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED)


def visible_to(viewer: Actor) -> Condition:
    """Only staff: whoever is shown a price is not told that others are shown another."""
    return true() if viewer.may(Permission.STAFF_READ) or viewer.may(Permission.STAFF_CATALOGUE) else false()


EXPERIMENTS = Source(PriceExperiment, price_experiments, visible_to)
PRODUCT = One(PRODUCTS, "product_id")
LIST = Connection(
    EXPERIMENTS,
    orders={"CREATED_AT": _experiments.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: _experiments.status.in_(values),
        "product_id": lambda id_: _experiments.product_id == id_,
    },
)


def _offered_to(viewer: Actor) -> Condition:
    """The ACTIVE price of each thing: where an experiment has shown the organization another one, that."""
    shown = _assigned.organization_id == viewer.organization_id, _experiments.status.in_(_SHOWN)
    of_experiment = and_(_experiments.id == _assigned.experiment_id, *shown)
    this = exists().where(of_experiment, _assigned.price_id == prices.c.id)
    another = exists().where(
        of_experiment,
        _assigned.price_id != prices.c.id,
        *(_experiments[name] == prices.c[name] for name in ("product_id", "currency", "interval", "interval_count")),
    )
    sold = exists().where(products.c.id == prices.c.product_id, products.c.status == CatalogueStatus.ACTIVE)
    usual = and_(not_(prices.c.is_variant), not_(another))
    return and_(prices.c.status == CatalogueStatus.ACTIVE, prices.c.meter_id.is_(None), sold, or_(this, usual))


OFFERS = Connection(
    PRICES,
    orders={"UNIT_AMOUNT": prices.c.unit_amount_minor, "CREATED_AT": prices.c.created_at},
    default_order=(("CREATED_AT", False),),
    filters={
        "app_id": lambda id_: prices.c.app_id == id_,
        "is_own": lambda is_own: prices.c.app_id.is_(None) == is_own,
        "product_id": lambda id_: prices.c.product_id == id_,
        "currency": lambda code: prices.c.currency == code,
        "interval": lambda values: prices.c.interval.in_(values),
    },
    where=_offered_to,
)


async def expose(database: Database, organization_id: UUID, at: datetime) -> None:
    """Chooses, once and for good, what an organization is shown in the experiments that run."""
    async with database.reader() as session:
        known = exists().where(_assigned.experiment_id == _experiments.id, _assigned.organization_id == organization_id)
        running = select(PriceExperiment).where(_experiments.status == ExperimentStatus.RUNNING, not_(known))
        new = (await session.scalars(running)).all()
    if not new:
        return
    rows = [_assignment(experiment, organization_id, at) for experiment in new]

    async def work(db: Unit) -> None:
        await db.session.execute(insert(experiment_assignments).on_conflict_do_nothing(), rows)

    await transact(database, work, by=SYSTEM, at=at)


def _assignment(experiment: PriceExperiment, organization_id: UUID, at: datetime) -> dict[str, Any]:
    variant = experiment.variant_for(organization_id)
    return {
        "id": new_id(),
        "experiment_id": experiment.id,
        "organization_id": organization_id,
        "variant": variant.key,
        "price_id": variant.price_id,
        "exposed_at": at,
    }


async def for_change(db: Unit, experiment_id: UUID) -> PriceExperiment:
    statement = select(PriceExperiment).where(_experiments.id == experiment_id, visible_to(db.by))
    return await db.require(statement.with_for_update(), "price experiment", "experimentId")


async def require_none_running(db: Unit, experiment: PriceExperiment) -> None:
    """Of those for the same product, currency and interval one runs at a time. Ask under the catalogue's lock."""
    same = [_experiments[name] == getattr(experiment, name) for name in ("product_id", "currency", "interval")]
    others = _experiments.status == ExperimentStatus.RUNNING, _experiments.id != experiment.id
    if await db.session.scalar(select(exists().where(*same, *others))):
        raise conflict("Another experiment for this product, currency and interval is running.")


async def prices_of(db: Unit, ids: Sequence[UUID]) -> dict[UUID, Price]:
    found = await db.session.scalars(select(Price).where(prices.c.id.in_(ids), PRICES.visible_to(db.by)))
    return {one.id: one for one in found}


async def report(session: AsyncSession, experiment: PriceExperiment) -> list[VariantReport]:
    """What has come of each variant since organizations were first shown it; in the order of the variants."""
    each = (
        select(_assigned.variant, _paid_for_periods().label("periods"), _paid_at_once().label("purchases"))
        .where(_assigned.experiment_id == experiment.id)
        .subquery()
    )
    has_paid = func.count().filter(or_(each.c.periods.is_not(None), each.c.purchases.is_not(None)))
    revenue = func.sum(func.coalesce(each.c.periods, 0) + func.coalesce(each.c.purchases, 0))
    rows = select(each.c.variant, func.count(), has_paid, cast(revenue, BigInteger)).group_by(each.c.variant)
    found = {row[0]: row[1:] for row in await session.execute(rows)}
    return [
        VariantReport(key=one.key, exposures=exposures, conversions=paid_by, revenue=Money(minor, experiment.currency))
        for one in experiment.variants
        for exposures, paid_by, minor in [found.get(one.key, (0, 0, 0))]
    ]


def _paid_for_periods() -> ScalarSelect[Any]:
    """What an organization has paid for periods at the price that it was shown; null where it has not."""
    periods = subscription_periods.c
    statement = select(func.sum(periods.amount_minor)).where(
        periods.organization_id == _assigned.organization_id,
        func.jsonb_extract_path_text(periods.terms, "price_id") == cast(_assigned.price_id, Text),
        periods.status == PeriodStatus.PAID,
        periods.paid_at >= _assigned.exposed_at,
    )
    return statement.correlate(experiment_assignments).scalar_subquery()


def _paid_at_once() -> ScalarSelect[Any]:
    """The same for what is bought once."""
    bought = purchases.c
    statement = select(func.sum(bought.amount_minor - bought.refunded_minor)).where(
        bought.organization_id == _assigned.organization_id,
        bought.price_id == _assigned.price_id,
        bought.status.in_([PurchaseStatus.SUCCEEDED, PurchaseStatus.PARTIALLY_REFUNDED]),
        bought.starts_at >= _assigned.exposed_at,
    )
    return statement.correlate(experiment_assignments).scalar_subquery()
