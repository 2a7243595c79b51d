"""Price experiments: their life, what they have shown, and the prices that an organization is offered."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain import price_experiments as rules
from domain.experiment_reports import VariantReport
from domain.permissions import Permission
from domain.price_experiments import PriceExperiment, Variant
from domain.prices import Price
from domain.refusals import not_found
from persistence import catalogue_keeping as keeping
from persistence import price_experiments as experiments
from persistence.unit import Unit
from planner.edges import One
from resolvers.context import Context
from resolvers.live import Update
from resolvers.mutations import Changed

LIST, PRODUCT, OFFERS = experiments.LIST, experiments.PRODUCT, experiments.OFFERS
READERS = (Permission.STAFF_READ, Permission.STAFF_CATALOGUE)
_BY_ID = One(experiments.EXPERIMENTS, "object_id")


async def create_price_experiment(db: Unit, *, product_id: UUID, variants: Sequence[Variant], **fields: Any) -> Changed:
    await keeping.begin(db)
    product = await keeping.product(db, product_id)
    known = await experiments.prices_of(db, [one.price_id for one in variants])
    for position, one in enumerate(variants):
        if one.price_id not in known:
            raise not_found("price", "variants", str(position), "priceId")
    experiment = rules.create(product, fields | {"variants": variants}, known, by=db.by, at=db.at)
    db.add(experiment)
    return Changed(experiment=experiment)


async def start_price_experiment(db: Unit, *, experiment_id: UUID) -> Changed:
    await keeping.begin(db)
    experiment = await experiments.for_change(db, experiment_id)
    experiment.check("startPriceExperiment", by=db.by)
    await experiments.require_none_running(db, experiment)
    experiment.start(by=db.by, at=db.at)
    return Changed(experiment=experiment)


async def pause_price_experiment(db: Unit, *, experiment_id: UUID) -> Changed:
    experiment = await experiments.for_change(db, experiment_id)
    experiment.pause(by=db.by, at=db.at)
    return Changed(experiment=experiment)


async def complete_price_experiment(db: Unit, *, experiment_id: UUID, winner: str) -> Changed:
    """The winner's price becomes the ordinary one; the others are archived, with all who subscribe to them on them."""
    await keeping.begin(db)
    experiment = await experiments.for_change(db, experiment_id)
    won = experiment.complete(winner, by=db.by, at=db.at)
    prices = await experiments.prices_of(db, [one.price_id for one in experiment.variants])
    _archive(db, [price for price in prices.values() if price.id != won.price_id])
    # The database lets no two ACTIVE ordinary prices for the same thing meet.
    await db.flush()
    prices[won.price_id].is_variant = False
    return Changed(experiment=experiment)


async def cancel_price_experiment(db: Unit, *, experiment_id: UUID) -> Changed:
    """Everybody is shown the ordinary price again."""
    await keeping.begin(db)
    experiment = await experiments.for_change(db, experiment_id)
    experiment.cancel(by=db.by, at=db.at)
    prices = await experiments.prices_of(db, [one.price_id for one in experiment.variants])
    _archive(db, [price for price in prices.values() if price.is_variant])
    return Changed(experiment=experiment)


async def report(context: Context, experiment_id: UUID) -> Sequence[VariantReport]:
    experiment: PriceExperiment | None = await context.loaders.one(_BY_ID, Update(0, None, experiment_id))
    if experiment is None:
        raise not_found("price experiment", "experimentId")
    async with context.platform.database.reader() as session:
        return await experiments.report(session, experiment)


async def expose(context: Context) -> None:
    """Whoever asks for offers is given its variants in experiments now, each for good."""
    organization_id = context.viewer.require_organization()
    await experiments.expose(context.platform.database, organization_id, context.platform.now())


def _archive(db: Unit, prices: Sequence[Price]) -> None:
    for price in prices:
        if price.is_active:
            price.archive(by=db.by, at=db.at)
