"""Makers of accounts at providers."""

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.payment_methods import Provider
from domain.provider_accounts import ProviderMode, configured
from persistence.tables.providers import provider_accounts
from persistence.unit import unit_of_work
from tests.world import World


async def make_provider_account(world: World) -> None:
    """One at the next company that has none yet. What opens it is lost, so that nobody calls that company."""
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        taken = set(await db.session.scalars(select(provider_accounts.c.provider)))
        free = [one for one in Provider if one is not Provider.SIMULATOR and one not in taken]
        account = configured(free[0], ProviderMode.SANDBOX, by=SYSTEM, at=at)
        account.keep_credentials("lost", ["secretKey"], by=SYSTEM, at=at)
        db.add(account)
