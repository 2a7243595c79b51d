"""Tariffs through the API: what actions cost in credits, now and later."""

from datetime import timedelta

import pytest

from domain.actors import SYSTEM
from domain.permissions import StaffRole
from domain.refusals import RefusalCode, Refused
from persistence.credit_tariffs import price_of
from persistence.unit import transact
from tests.world import World

LIST = """query($filter: CreditTariffFilter) { creditTariffs(filter: $filter) { nodes {
  actionCode credits setBy { id } } } }"""


async def cost(world: World, action: str) -> int:
    return await transact(world.database, lambda db: price_of(db, action), by=SYSTEM, at=world.clock.now())


async def test_the_tariff_in_force_counts_at_the_time_of_the_action(world: World) -> None:
    staff, anybody = await world.staff(StaffRole.FINANCE), await world.client_side()
    later = world.clock.now() + timedelta(days=1)
    await staff.do("setCreditTariff", "tariff { credits }", actionCode="gigs.boost", credits=5)
    await staff.do(
        "setCreditTariff", "tariff { credits }", actionCode="gigs.boost", credits=7, startsAt=later.isoformat()
    )
    assert await cost(world, "gigs.boost") == 5
    now = await anybody.ask(LIST, filter={"actionCode": "gigs.boost", "inForce": True})
    assert now["creditTariffs"]["nodes"] == [{"actionCode": "gigs.boost", "credits": "5", "setBy": None}]
    world.clock.advance(timedelta(days=1))
    assert await cost(world, "gigs.boost") == 7
    past = await anybody.ask(LIST, filter={"actionCode": "gigs.boost", "inForce": False})
    assert [one["credits"] for one in past["creditTariffs"]["nodes"]] == ["5"]


async def test_an_action_without_a_price_is_invalid(world: World) -> None:
    with pytest.raises(Refused) as refused:
        await cost(world, "gigs.unheard_of")
    assert (refused.value.code, refused.value.refusal.path) == (RefusalCode.INVALID, ("actionCode",))


async def test_only_staff_who_keep_the_catalogue_set_tariffs(world: World) -> None:
    client, support = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    for other in (client, support):
        refusal = await other.refused("setCreditTariff", actionCode="gigs.boost", credits=5)
        assert refusal["code"] == "FORBIDDEN"
