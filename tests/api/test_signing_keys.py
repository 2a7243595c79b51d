"""The keys that sign tokens for apps: published, followed by others, withdrawn; none is stored in clear."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import select, text, update

from domain.permissions import StaffRole
from jobs.apps import rotate_signing_keys
from persistence.tables import metadata
from persistence.tables.apps import signing_keys
from tests.makers.approvals import another_of_staff
from tests.makers.apps import (
    JWKS,
    claims_of,
    code_of,
    exchange,
    is_active,
    kid_of,
    make_partner,
    published,
    refresh,
    sign_in,
)
from tests.makers.rows import rows, write
from tests.world import World


async def _pass(world: World, by: timedelta) -> None:
    """So much real time goes by for the keys."""
    keys = signing_keys.c
    instants = {name: keys[name] - by for name in ("published_at", "activated_at", "retired_at")}
    await write(world, update(signing_keys).values(instants))


async def test_public_keys_may_be_kept_for_an_hour_and_hold_nothing_private(world: World) -> None:
    empty = await world.client.http.get(JWKS)
    assert (empty.json(), empty.headers["cache-control"]) == ({"keys": []}, "no-store")
    await rotate_signing_keys(world.database, world.clock.now())
    answer = await world.client.http.get(JWKS)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")


async def test_keys_rotate_by_themselves_and_tokens_stay_good_across_it(world: World) -> None:
    partner = await make_partner(world)
    tokens = await sign_in(partner)
    assert await rotate_signing_keys(world.database, world.clock.now()) == 0
    await _pass(world, timedelta(days=29))
    await asyncio.gather(*(rotate_signing_keys(world.database, world.clock.now()) for _ in range(3)))
    assert len(await published(world)) == 2
    assert kid_of(await sign_in(partner)) == kid_of(tokens)
    await _pass(world, timedelta(days=1))
    assert kid_of(await sign_in(partner)) != kid_of(tokens)
    assert (await claims_of(partner, tokens))["sid"] == tokens["session"]["id"]
    await _pass(world, timedelta(hours=48))
    assert await rotate_signing_keys(world.database, world.clock.now()) == 1
    assert [one["kid"] for one in await published(world)] == [kid_of(await sign_in(partner))]


async def test_staff_rotate_keys_by_hand_and_withdraw_stolen_ones_at_once(world: World) -> None:
    partner = await make_partner(world)
    tokens = await sign_in(partner)
    admin = await another_of_staff(world, partner.reviewer, StaffRole.ADMIN)
    select_key = "signingKey { kid publishedAt activatedAt retiredAt }"
    coming = (await admin.do("rotateSigningKey", select_key))["signingKey"]
    waits = datetime.fromisoformat(coming["activatedAt"]) - datetime.fromisoformat(coming["publishedAt"])
    assert waits == timedelta(hours=24)
    assert (await admin.refused("rotateSigningKey"))["code"] == "CONFLICT"
    assert await is_active(partner, tokens)
    taken = (await admin.do("rotateSigningKey", select_key, isCompromised=True))["signingKey"]
    assert [one["kid"] for one in await published(world)] == [taken["kid"]]
    assert not await is_active(partner, tokens)
    renewed = await refresh(partner, tokens["refreshToken"])
    assert kid_of(renewed) == taken["kid"]
    assert await is_active(partner, renewed)


async def test_no_code_token_or_private_key_is_stored_in_clear(world: World) -> None:
    partner = await make_partner(world)
    code = await code_of(partner.user, partner.id)
    tokens = await exchange(partner, code)
    secrets = [code, tokens["jwt"], tokens["refreshToken"], tokens["refreshToken"].partition(".")[2]]
    async with world.database.connection() as connection:
        for table in metadata.sorted_tables:
            stored = await connection.scalars(text(f'SELECT CAST(t AS text) FROM "{table.name}" t'))
            found = "\n".join(stored)
            assert not any(secret in found for secret in secrets), table.name
    ((sealed,),) = await rows(world, select(signing_keys.c.sealed_private_key))
    assert sealed.startswith("passing:")
