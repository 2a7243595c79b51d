"""Where keys work and where they do not: networks, sandboxes and production; and that their use is noted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from persistence.tables.keys import api_keys
from tests.client import Client
from tests.makers.gigs import gig_input, make_category
from tests.makers.keys import Program, fault_of, make_key
from tests.makers.rows import rows, write
from tests.world import World

OWN = "{ gigs { totalCount } }"


async def test_a_key_works_only_from_its_networks(world: World) -> None:
    client = await world.client_side()
    inside = await make_key(client, "work:read", allowedIps=["::1", "127.0.0.0/8"])
    outside = await make_key(client, "work:read", "work:write", allowedIps=["203.0.113.7", "2001:db8::/32"])
    assert await fault_of(inside, OWN) is None
    for _ in range(2):
        assert await fault_of(outside, OWN) == "FORBIDDEN"
    refusal = await outside.refused("createGig", **gig_input())
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["allowedIps"])
    assert "127.0.0.1" in refusal["message"]


async def test_keys_of_a_sandbox_and_of_production_do_not_work_in_the_other_place(world: World) -> None:
    client = await world.client_side()
    key = await make_key(client, "work:read")
    async with Client.serving(world.database, world.clock, is_sandbox=False) as production:
        there = World(world.database, world.clock, production, world.mail_folder)
        assert await fault_of(Program(there, key.token, key.id, key.prefix), OWN) == "UNAUTHENTICATED"
        client.world = there
        live = await make_key(client, "work:read")
        assert live.prefix.startswith("mp_live_")
        assert await fault_of(live, OWN) is None
    assert await fault_of(Program(world, live.token, live.id, live.prefix), OWN) == "UNAUTHENTICATED"


@pytest.mark.parametrize("change", [lambda key: key[:-1] + ("a" if key[-1] != "a" else "b"), lambda key: key[:40]])
async def test_another_secret_opens_nothing(world: World, change: Any) -> None:
    key = await make_key(await world.client_side(), "work:read")
    assert await fault_of(key, OWN) is None
    assert await fault_of(world.caller(change(key.token)), OWN) == "UNAUTHENTICATED"


async def test_that_a_key_was_used_is_known_to_the_minute_and_written_no_more_often(world: World) -> None:
    await make_category(world)
    client = await world.client_side()
    key = await make_key(client, "work:read", "work:write")

    async def used() -> Any:
        ((at, version),) = await rows(
            world, api_keys.select().with_only_columns(api_keys.c.last_used_at, api_keys.c.version)
        )
        assert version == 1
        return at

    assert await used() is None
    await key.do("createGig", "gig { id }", **gig_input())
    first = await used()
    assert datetime.now(UTC) - first < timedelta(minutes=1)
    await key.do("createGig", "gig { id }", **gig_input())
    assert await used() == first
    await write(world, update(api_keys).values(last_used_at=first - timedelta(minutes=1)))
    await key.do("createGig", "gig { id }", **gig_input())
    assert await used() > first
