"""What the simulator's own books say, whatever Milepost has recorded of it."""

from sqlalchemy import func, select

from domain.provider_reports import LineKind
from domain.simulator_settings import ALWAYS, SimulatorSettings
from integrations.simulator.books import configure, connected
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


async def lose_webhooks(world: World) -> None:
    """From now on each comes an hour late, so that what became of a lost answer is known by asking alone."""
    async with connected(world.database.url) as db:
        await configure(db, SimulatorSettings(drop_bps=ALWAYS))


async def kept(world: World, currency: str = "EUR") -> int:
    """What it keeps for Milepost now, net of its fees."""
    now = world.clock.now()
    return (await simulator(world).report(now.date(), now)).balances.get(currency, 0)
