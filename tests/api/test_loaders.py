"""Loaders: what siblings share survives the end of one of them."""

import asyncio
from types import SimpleNamespace

from domain.actors import SYSTEM
from domain.organizations import OrganizationKind
from persistence.gigs import ORGANIZATION
from resolvers.loaders import Loaders
from tests.world import World


async def test_cancelling_one_of_two_that_wait_for_a_value_leaves_it_to_the_other(world: World) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Northwind")
    loaders = Loaders(world.database, SYSTEM)
    gig = SimpleNamespace(organization_id=organization.id)
    first, second = (asyncio.create_task(loaders.one(ORGANIZATION, gig)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).name == "Northwind"
