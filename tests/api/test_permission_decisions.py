"""simulatePermission says what requests are answered by, and why."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import update

from domain.ids import new_id
from domain.organizations import OrganizationKind, OrganizationStatus
from domain.permissions import BY_ROLE, Permission, Role
from domain.users import UserStatus
from persistence.tables.credentials import two_factors
from persistence.tables.identity import organizations, users
from persistence.tables.rights import permission_overrides
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.keys import make_key
from tests.makers.rows import write
from tests.makers.staff import another_of_the_staff
from tests.world import Person, World

QUERY = (
    "query($subject: ID!, $permission: String!, $organization: ID) { simulatePermission(subjectId: $subject,"
    " permission: $permission, organizationId: $organization) { allowed reason rule } }"
)


async def simulated(by: Person, subject: str, permission: str, organization: str | None = None) -> Any:
    answer = await by.ask(QUERY, subject=subject, permission=permission, organization=organization)
    return answer["simulatePermission"]


async def reason(by: Person, of: Person, permission: str) -> str:
    return str((await simulated(by, f"usr_{of.user_id.hex}", permission))["reason"])


async def _override(world: World, of: Person, permission: Permission, effect: str) -> None:
    at = datetime.now(UTC)
    row = {"id": new_id(), "membership_id": of.membership_id, "organization_id": of.organization_id}
    row |= {"user_id": of.user_id, "permission": permission, "effect": effect, "reason": "Because."}
    await write(world, permission_overrides.insert().values(**row, version=1, created_at=at, updated_at=at))


async def test_every_reason_is_told(world: World) -> None:
    owner, stranger = await world.client_side(), await world.client_side("Elsewhere")
    member = await colleague(world, owner, Role.MEMBER)
    assert await reason(owner, member, "work:write") == "ALLOWED"
    assert await reason(owner, member, "money:move") == "ROLE_LACKS_PERMISSION"
    assert await reason(owner, stranger, "work:read") == "NO_MEMBERSHIP"
    await _override(world, member, Permission.WORK_APPROVE, "DENY")
    await _override(world, member, Permission.MONEY_MOVE, "ALLOW")
    assert await reason(owner, member, "work:approve") == "EXPLICIT_DENY"
    told = await simulated(owner, f"mbr_{member.membership_id.hex}", "money:move")
    assert told == {"allowed": True, "reason": "ALLOWED", "rule": "An override allows them money:move."}
    own = organizations.c.id == owner.organization_id
    await write(world, update(organizations).where(own).values(requires_two_factor=True))
    assert await reason(owner, member, "work:write") == "TWO_FACTOR_REQUIRED"
    await write(world, update(users).where(users.c.id == member.user_id).values(status=UserStatus.PENDING_VERIFICATION))
    assert await reason(owner, member, "work:write") == "EMAIL_NOT_VERIFIED"
    await write(world, update(users).where(users.c.id == member.user_id).values(status=UserStatus.SUSPENDED))
    assert await reason(owner, member, "work:write") == "USER_NOT_ACTIVE"
    staff = await another_of_the_staff(world)
    await write(world, update(organizations).where(own).values(status=OrganizationStatus.SUSPENDED))
    subject, organization = f"usr_{owner.user_id.hex}", f"org_{owner.organization_id.hex}"
    decision = await simulated(staff, subject, "work:write", organization)
    assert decision["reason"] == "ORGANIZATION_SUSPENDED"


async def test_a_key_is_asked_about_like_a_person(world: World) -> None:
    owner, stranger = await world.client_side(), await world.client_side("Elsewhere")
    key = await make_key(owner, "work:read")
    assert (await simulated(owner, key.id, "work:read"))["reason"] == "ALLOWED"
    assert (await simulated(owner, key.id, "work:write"))["reason"] == "KEY_LACKS_SCOPE"
    assert (await simulated(stranger, key.id, "work:read"))["reason"] == "NO_MEMBERSHIP"
    await owner.do("revokeApiKey", "key { id }", keyId=key.id)
    assert (await simulated(owner, key.id, "work:read"))["reason"] == "KEY_LACKS_SCOPE"


async def test_strangers_look_like_nobody_and_other_organizations_like_none(world: World) -> None:
    owner, stranger = await world.client_side(), await world.client_side("Elsewhere")
    unknown = await simulated(owner, f"usr_{new_id().hex}", "work:read")
    assert await simulated(owner, f"usr_{stranger.user_id.hex}", "work:read") == unknown
    for organization in (f"org_{stranger.organization_id.hex}", f"org_{new_id().hex}"):
        assert await simulated(owner, f"usr_{stranger.user_id.hex}", "work:read", organization) is None
    staff = await another_of_the_staff(world)
    theirs = f"org_{stranger.organization_id.hex}"
    assert (await simulated(staff, f"usr_{stranger.user_id.hex}", "work:read", theirs))["allowed"] is True


async def test_only_those_who_manage_members_ask_and_only_about_people_keys_and_permissions(world: World) -> None:
    owner = await world.client_side()
    member = await colleague(world, owner, Role.MEMBER)
    with pytest.raises(Faulted, match="members:manage or staff:read"):
        await simulated(member, f"usr_{owner.user_id.hex}", "work:read")
    with pytest.raises(Faulted, match="Give the id of a User"):
        await simulated(owner, f"gig_{new_id().hex}", "work:read")
    with pytest.raises(Faulted, match="Give a permission such as work:write"):
        await simulated(owner, f"usr_{owner.user_id.hex}", "work:fly")


async def test_what_is_simulated_is_what_requests_are_answered_by(world: World) -> None:
    asker, tried = await another_of_the_staff(world), 0
    for role, status, effect in product(Role, OrganizationStatus, (None, "ALLOW", "DENY")):
        organization = await world.organization(OrganizationKind.CLIENT, "Northwind")
        person = await world.join(organization, role)
        permission = Permission.MONEY_MOVE if effect == "ALLOW" else Permission.WORK_READ
        if effect is not None:
            await _override(world, person, permission, effect)
        named = organizations.c.id == organization.id
        await write(world, update(organizations).where(named).values(status=status))
        held = (await person.ask("{ viewer { permissions } }"))["viewer"]["permissions"]
        fields = " ".join(
            f'p{number}: simulatePermission(subjectId: "usr_{person.user_id.hex}", permission: "{one.value}",'
            f' organizationId: "org_{organization.id.hex}") {{ allowed }}'
            for number, one in enumerate(Permission)
        )
        answers = await asker.ask(f"{{ {fields} }}")
        simulated_ = {one.value for number, one in enumerate(Permission) if answers[f"p{number}"]["allowed"]}
        assert simulated_ == set(held), (role, status, effect)
        tried += len(Permission)
    print(f"{tried} permissions are what simulatePermission says")


async def test_a_second_factor_that_is_there_is_enough(world: World) -> None:
    owner = await world.client_side()
    at = datetime.now(UTC)
    row = {"id": new_id(), "user_id": owner.user_id, "sealed_secret": "x", "created_at": at, "confirmed_at": at}
    await write(world, two_factors.insert().values(**row))
    own = organizations.c.id == owner.organization_id
    await write(world, update(organizations).where(own).values(requires_two_factor=True))
    assert await reason(owner, owner, "org:close") == "ALLOWED"
    assert Permission.ORG_CLOSE in BY_ROLE[Role.OWNER]
