"""One's own account: what others see of it, and leaving."""

import asyncio

import pytest
from sqlalchemy import select

from domain.permissions import Role
from persistence.tables.identity import memberships, users
from persistence.tables.platform import outbox
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.rows import count, rows
from tests.makers.traces import nothing_changes
from tests.world import Person, World


async def test_a_profile_changes_field_by_field(world: World) -> None:
    person = await world.client_side()
    changed = await person.do(
        "updateProfile",
        "user { displayName locale timeZone version }",
        displayName=" Ada Lovelace ",
        locale="sr-Latn-RS",
        expectedVersion=1,
    )
    expected = {"displayName": "Ada Lovelace", "locale": "sr-Latn-RS", "timeZone": "Europe/Skopje", "version": 2}
    assert changed["user"] == expected
    stale = await person.refused("updateProfile", displayName="Grace", expectedVersion=1)
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", 2)
    wrong = await person.refused("updateProfile", displayName="", locale="english", timeZone="Mars/Olympus")
    assert [one["path"] for one in wrong["problems"]] == [["displayName"], ["locale"], ["timeZone"]]
    assert await count(world, outbox, outbox.c.type == "user.updated") == 1


async def _leave(person: Person) -> dict[str, object]:
    return await person.attempt("deactivateAccount", "user { status }", email=person.email)


async def test_whoever_leaves_is_out_and_no_member_any_more(world: World) -> None:
    owner = await world.client_side()
    member = await colleague(world, owner, Role.MEMBER)
    assert await _leave(member) == {"user": {"status": "DEACTIVATED"}}
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await member.ask("{ viewer { permissions } }")
    members = (await owner.ask("{ members { nodes { status history(last: 1) { nodes { action } } } } }"))["members"]
    assert members["nodes"][1] == {"status": "REMOVED", "history": {"nodes": [{"action": "endMembership"}]}}
    for type_ in ("user.deactivated", "member.removed", "session.revoked"):
        assert await count(world, outbox, outbox.c.type == type_) == 1


async def test_the_only_owner_stays_until_the_organization_is_closed_or_has_another(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff()
    async with nothing_changes(world):
        refusal = await owner.refused("deactivateAccount", email=owner.email)
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "OWNER")
        mistaken = await owner.refused("deactivateAccount", email="somebody@example.com")
        assert (mistaken["code"], mistaken["path"]) == ("INVALID", ["email"])
        assert (await staff.refused("deactivateAccount", email=staff.email))["from"] == "STAFF"
    closed = {"organizationId": f"org_{owner.organization_id.hex}"}
    await owner.do("closeOrganization", "organization { status }", **closed)
    assert await _leave(owner) == {"user": {"status": "DEACTIVATED"}}


async def test_of_two_owners_who_leave_at_once_one_stays(world: World) -> None:
    owner = await world.client_side()
    other = await colleague(world, owner, Role.OWNER)
    answers = await asyncio.gather(_leave(owner), _leave(other))
    assert sorted(str(answer.get("code", "left")) for answer in answers) == ["WRONG_STATE", "left"]
    active = memberships.c.organization_id == owner.organization_id, memberships.c.status == "ACTIVE"
    assert await count(world, memberships, *active) == 1
    statuses = await rows(world, select(users.c.status).where(users.c.id.in_([owner.user_id, other.user_id])))
    assert sorted(status.name for (status,) in statuses) == ["ACTIVE", "DEACTIVATED"]
