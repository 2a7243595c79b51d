"""Where apps act: in organizations that have installed them with the permission, and nowhere else."""

from uuid import UUID

import pytest
from sqlalchemy import update

from domain.actors import Actor, ActorKind
from domain.app_permissions import AppPermission
from domain.ids import new_id
from domain.organizations import OrganizationStatus
from domain.refusals import RefusalCode, Refused
from persistence.tables.identity import organizations
from persistence.unit import Unit, transact
from resolvers.app_reach import organization_of
from schema.ids import read_id
from tests.makers.apps import Partner, install, make_partner
from tests.makers.rows import write
from tests.world import World

CONSUME, READ, PURCHASE = AppPermission.CREDITS_CONSUME, AppPermission.CREDITS_READ, AppPermission.CREDITS_PURCHASE


async def reached(partner: Partner, organization_id: UUID | None, granted: AppPermission = CONSUME) -> UUID:
    """What an app is answered that asks for an organization."""
    app = Actor(
        kind=ActorKind.APP,
        key_id=new_id(),
        app_id=read_id(partner.id, "App"),
        organization_id=partner.owner.organization_id,
        is_verified=True,
    )

    async def ask(db: Unit) -> UUID:
        return await organization_of(db, organization_id, granted)

    return await transact(partner.world.database, ask, by=app, at=partner.world.clock.now())


async def refusal(partner: Partner, organization_id: UUID | None, granted: AppPermission = CONSUME) -> Refused:
    with pytest.raises(Refused) as refused:
        await reached(partner, organization_id, granted)
    return refused.value


async def test_an_app_acts_where_it_is_installed_with_the_permission_and_nowhere_else(world: World) -> None:
    partner = await make_partner(world)
    there, elsewhere = partner.user.organization_id, (await world.client_side()).organization_id
    assert await reached(partner, there) == there
    beyond = await refusal(partner, there, PURCHASE)
    foreign, unknown = await refusal(partner, elsewhere), await refusal(partner, new_id())
    assert [one.code for one in (beyond, foreign, unknown)] == [RefusalCode.FORBIDDEN] * 3
    assert str(foreign) == str(unknown)
    assert (await refusal(partner, None)).refusal.path == ("organizationId",)


async def test_what_an_organization_takes_back_an_app_cannot_do_any_more(world: World) -> None:
    partner = await make_partner(world)
    there = partner.user.organization_id
    await install(partner.user, partner.id, ["CREDITS_READ"])
    assert (await refusal(partner, there)).code is RefusalCode.FORBIDDEN
    assert await reached(partner, there, READ) == there
    await partner.user.do("uninstallApp", "installation { id }", installationId=partner.installation)
    assert (await refusal(partner, there, READ)).code is RefusalCode.FORBIDDEN


async def test_an_app_that_is_suspended_or_asks_for_less_acts_nowhere(world: World) -> None:
    partner = await make_partner(world)
    there = partner.user.organization_id
    await partner.reviewer.do("suspendApp", "app { id }", appId=partner.id, reason="It behaves oddly.")
    assert (await refusal(partner, there)).code is RefusalCode.FORBIDDEN
    await partner.reviewer.do("activateApp", "app { id }", appId=partner.id)
    await partner.owner.do("updateApp", "app { id }", appId=partner.id, permissions=["CREDITS_READ"])
    assert (await refusal(partner, there)).code is RefusalCode.FORBIDDEN


async def test_a_suspended_organization_lets_apps_only_read(world: World) -> None:
    partner = await make_partner(world)
    there = partner.user.organization_id
    suspended = update(organizations).where(organizations.c.id == there).values(status=OrganizationStatus.SUSPENDED)
    await write(world, suspended)
    assert (await refusal(partner, there)).code is RefusalCode.FORBIDDEN
    assert await reached(partner, there, READ) == there


async def test_people_act_for_their_active_organization_and_name_no_other(world: World) -> None:
    mine, other = new_id(), new_id()
    person = Actor(kind=ActorKind.USER, user_id=new_id(), organization_id=mine)

    async def asked(organization_id: UUID | None) -> UUID:
        async def ask(db: Unit) -> UUID:
            return await organization_of(db, organization_id, CONSUME)

        return await transact(world.database, ask, by=person, at=world.clock.now())

    assert [await asked(None), await asked(mine)] == [mine, mine]
    with pytest.raises(Refused) as refused:
        await asked(other)
    assert refused.value.code is RefusalCode.NOT_FOUND
