"""Makers of exchange rates."""

from decimal import Decimal

from domain.actors import SYSTEM
from domain.exchange_rates import ExchangeRate
from domain.ids import new_id
from persistence import exchange_rates
from persistence.unit import unit_of_work
from tests.world import World


async def make_rate(world: World, from_currency: str, to_currency: str, rate: str) -> None:
    """What one unit of a currency is worth in another, from now on."""
    at = world.clock.now()
    row = ExchangeRate(
        id=new_id(),
        from_currency=from_currency,
        to_currency=to_currency,
        rate=Decimal(rate),
        source="test",
        as_of=at,
    )
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await exchange_rates.add(db, [row])
