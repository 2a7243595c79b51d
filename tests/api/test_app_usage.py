"""Statistics of apps: who signed in, and what the app asked for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.permissions import Role
from persistence.tables.apps import app_calls
from tests.client import Faulted
from tests.makers.apps import exchange, looked_up, make_partner, sign_in
from tests.makers.colleagues import colleague
from tests.makers.rows import rows
from tests.world import World

USAGE = """query($id: ID!, $from: Date!, $to: Date!) {
  appUsage(appId: $id, from: $from, to: $to) { usedOn users sessions calls errors creditsSpent creditsBought } }"""


async def test_the_use_of_an_app_is_counted_by_day(world: World) -> None:
    partner = await make_partner(world)
    await sign_in(partner)
    await sign_in(partner)
    await sign_in(partner, await colleague(world, partner.user, Role.MEMBER))
    assert (await exchange(partner, "guessed"))["code"] == "INVALID"
    with pytest.raises(Faulted):
        await partner.backend.ask("{ gigs { totalCount } }")
    await world.client.tallies.app_calls.write(world.database)
    today = world.clock.now().date()
    before = (today - timedelta(days=1)).isoformat()
    credits = {"creditsSpent": "0", "creditsBought": "0"}
    nothing = {"usedOn": before, "users": 0, "sessions": 0, "calls": 0, "errors": 0, **credits}
    expected = [nothing, {"usedOn": today.isoformat(), "users": 2, "sessions": 3, "calls": 5, "errors": 2, **credits}]
    period = {"id": partner.id, "from": before, "to": today.isoformat()}
    for person in (partner.owner, partner.reviewer):
        assert (await person.ask(USAGE, **period))["appUsage"] == expected
    assert (await partner.user.ask(USAGE, **period))["appUsage"] is None
    await looked_up(partner.backend, "nothing")
    await world.client.tallies.app_calls.write(world.database)
    await world.client.tallies.app_calls.write(world.database)
    assert await rows(world, select(app_calls.c.calls, app_calls.c.errors)) == [(6, 2)]


@pytest.mark.parametrize(("first", "last"), [("2026-03-02", "2026-03-01"), ("2025-01-01", "2026-03-01"), ("x", "y")])
async def test_usage_is_asked_for_by_a_period_of_a_year_at_most(world: World, first: str, last: str) -> None:
    owner = await world.client_side()
    with pytest.raises(Faulted, match="BAD_USER_INPUT"):
        await owner.ask(USAGE, **{"id": f"app_{'0' * 32}", "from": first, "to": last})
