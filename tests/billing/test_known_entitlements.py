"""How long a process keeps sets of entitlements: which questions they save, and when they are read again."""

from sqlalchemy import select, update

from domain.quotas import CheckedEntitlement
from persistence.entitlements import KEPT_SECONDS, Entitlements
from persistence.tables.entitlements import entitlement_grants, entitlement_versions
from persistence.work import CURRENT, Work
from tests.makers.entitlements import give, promote
from tests.world import World


async def test_billing_rule_26_a_warm_check_is_one_statement_and_an_empty_set_is_known_too(world: World) -> None:
    client, known = await world.client_side(), Entitlements(world.database)

    async def statements() -> int:
        work = Work()
        token = CURRENT.set(work)
        await known.check(client.organization_id, None, "gigs.open", world.clock.now())
        CURRENT.reset(token)
        return work.statements

    assert [await statements() for _ in range(3)] == [3, 1, 1]
    await give(world, client.organization_id, "gigs.open", value=3)
    assert [await statements() for _ in range(3)] == [3, 1, 1]


async def test_billing_rule_26_what_was_changed_by_hand_is_noticed_after_300_seconds(world: World) -> None:
    client, seconds = await world.client_side(), [0.0]
    known = Entitlements(world.database, clock=lambda: seconds[0])
    grant = await give(world, client.organization_id, "einvoice")

    async def is_active() -> bool:
        return (await known.check(client.organization_id, None, "einvoice", world.clock.now())).is_active

    assert await is_active()
    async with world.database.connection() as connection:
        revoked = {"revoked_at": world.clock.now(), "revoke_reason": "By hand, without a version"}
        await connection.execute(update(entitlement_grants).where(entitlement_grants.c.id == grant).values(**revoked))
    seconds[0] = KEPT_SECONDS - 1
    assert await is_active()
    seconds[0] = KEPT_SECONDS
    assert not await is_active()


async def test_the_least_recently_asked_for_is_forgotten_first(world: World) -> None:
    ids = [(await world.client_side()).organization_id for _ in range(3)]
    known = Entitlements(world.database, most=2)
    for id_ in (ids[0], ids[1], ids[0], ids[2]):
        await known.check(id_, None, "einvoice", world.clock.now())
    assert [owner for owner, _ in known._known] == [ids[0], ids[2]]


async def test_the_version_says_that_something_has_changed(world: World) -> None:
    client, known = await world.client_side(), Entitlements(world.database)

    async def check() -> CheckedEntitlement:
        return await known.check(client.organization_id, None, "einvoice", world.clock.now())

    before = (await check()).version
    await give(world, client.organization_id, "einvoice")
    granted = (await check()).version
    await promote(world, "einvoice", kinds=["CLIENT"])
    assert len({before, granted, (await check()).version}) == 3
    async with world.database.connection() as connection:
        stored = (await connection.execute(select(entitlement_versions.c.version))).scalars().all()
    assert len(stored) == 2
