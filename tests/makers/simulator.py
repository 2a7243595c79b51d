"""What the simulator's own books say, whatever Milepost has recorded of it."""

from sqlalchemy import func, select

from domain.provider_reports import LineKind
from persistence.tables.simulator import simulator_movements as movements
from tests.makers.providers import simulator
from tests.world import World


async def moved(world: World, kind: LineKind, currency: str = "EUR") -> int:
    """All that was moved in one way so far."""
    now = world.clock.now()
    await simulator(world).report(now.date(), now)
    total = select(func.sum(movements.c.amount_minor))
    async with world.database.connection() as connection:
        said = total.where(movements.c.kind == kind.value, movements.c.currency == currency)
        return int(await connection.scalar(said) or 0)


async def kept(world: World, currency: str = "EUR") -> int:
    """What it keeps for Milepost now, net of its fees."""
    now = world.clock.now()
    return (await simulator(world).report(now.date(), now)).balances.get(currency, 0)
