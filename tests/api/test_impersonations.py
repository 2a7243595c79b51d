"""Impersonation: staff act as somebody for a reason and a short time, within limits that nobody can lift."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from domain.permissions import Role, StaffRole
from persistence.tables.identity import sessions
from persistence.tables.platform import outbox
from persistence.tables.rights import impersonations
from tests.client import Faulted
from tests.contract.inputs import mutations
from tests.contract.test_rights import UNKNOWN
from tests.makers.colleagues import colleague
from tests.makers.identity import letters
from tests.makers.rows import count, rows, write
from tests.makers.staff import REASON, another_of_the_staff, impersonate
from tests.makers.traces import nothing_changes
from tests.world import Person, World

VIEWER = "{ viewer { user { email } organization { name } permissions impersonatedBy { email } } }"


def user(person: Person) -> str:
    return f"usr_{person.user_id.hex}"


async def test_staff_see_what_somebody_sees_and_the_viewer_says_who_they_are(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    _, acting = await impersonate(staff, owner)
    seen = (await acting.ask(VIEWER))["viewer"]
    assert (seen["user"], seen["organization"]) == ({"email": owner.email}, {"name": "Northwind"})
    assert seen["impersonatedBy"] == {"email": staff.email}
    mine = (await owner.ask(VIEWER))["viewer"]
    assert (mine["permissions"], mine["impersonatedBy"]) == (seen["permissions"], None)
    assert await count(world, outbox, outbox.c.type == "session.created") == 0


@pytest.mark.parametrize("mode", ["READ_ONLY", "READ_WRITE"])
async def test_over_the_whole_api_nothing_forbidden_is_done_as_somebody_else(world: World, mode: str) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.ADMIN)
    _, acting = await impersonate(staff, owner, mode)
    is_open = {one.name: mode == "READ_WRITE" and one.is_writable_as_another for one in mutations()}
    async with nothing_changes(world):
        for mutation in mutations():
            if not is_open[mutation.name]:
                refusal = await acting.refused(mutation.name, **mutation.complete(UNKNOWN))
                assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["impersonation"]), mutation.name
    for mutation in mutations():
        if is_open[mutation.name]:
            answer = await acting.attempt(mutation.name, "__typename", **mutation.complete(UNKNOWN))
            assert answer.get("path") != ["impersonation"], mutation.name
    print(f"{mode}: {sum(is_open.values())} of {len(is_open)} mutations are open")


async def test_with_read_write_an_admin_of_the_staff_mends_a_gig_and_signs_nothing(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.ADMIN)
    _, acting = await impersonate(staff, owner, "READ_WRITE")
    await acting.do("createGig", "gig { id }", title="A website", currency="EUR")
    money = {"payInvoice", "requestPayout", "fundMilestone", "releaseEscrow", "approveMilestone", "openInvoice"}
    credentials = {"changePassword", "changeEmail", "beginTwoFactor", "disableTwoFactor", "signOut", "revokeSession"}
    programs = {"createApiKey", "rotateApiKey", "registerApp", "installApp", "authorizeApp"}
    agreements = {"acceptProposal", "acceptOffer", "acceptGigInvitation", "approve"}
    people = {"inviteMember", "changeRole", "setPermissionOverride", "switchOrganization", "startImpersonation"}
    for mutation in mutations():
        if mutation.name in money | credentials | programs | agreements | people:
            refusal = await acting.refused(mutation.name, **mutation.complete(UNKNOWN))
            assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["impersonation"]), mutation.name
    assert money | credentials | programs | agreements | people <= {one.name for one in mutations()}


async def test_it_takes_a_reason_an_end_and_the_right_role_and_never_reaches_staff(world: World) -> None:
    owner, stranger = await world.client_side(), await world.client_side("Elsewhere")
    support = await world.staff(StaffRole.SUPPORT)
    admin, finance = (
        await another_of_the_staff(world, StaffRole.ADMIN),
        await another_of_the_staff(world, StaffRole.FINANCE),
    )
    elsewhere = f"org_{stranger.organization_id.hex}"
    async with nothing_changes(world):
        for who, input, code, path in (
            (support, {"reason": "too short"}, "INVALID", ["reason"]),
            (support, {"minutes": 31}, "INVALID", ["minutes"]),
            (support, {"mode": "READ_WRITE"}, "FORBIDDEN", ["mode"]),
            (support, {"userId": user(admin)}, "FORBIDDEN", ["userId"]),
            (admin, {"userId": user(admin)}, "FORBIDDEN", ["userId"]),
            (support, {"organizationId": elsewhere}, "NOT_FOUND", ["organizationId"]),
            (support, {"userId": UNKNOWN["User"]}, "NOT_FOUND", ["userId"]),
            (finance, {}, "FORBIDDEN", []),
            (owner, {}, "FORBIDDEN", []),
        ):
            refusal = await who.refused("startImpersonation", **{"userId": user(owner), "reason": REASON} | input)
            assert (refusal["code"], refusal["path"]) == (code, path), input
        mine = sessions.c.user_id == support.user_id
        await write(world, update(sessions).where(mine).values(auth_level="PASSWORD"))
        refusal = await support.refused("startImpersonation", userId=user(owner), reason=REASON)
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["twoFactor"])


async def test_it_ends_when_it_is_ended_and_the_person_hears_of_it(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    other = await another_of_the_staff(world, StaffRole.SUPPORT)
    id_, acting = await impersonate(staff, owner)
    refusal = await other.refused("endImpersonation", impersonationId=id_)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["impersonationId"])
    ended = await staff.do("endImpersonation", "impersonation { endedAt version }", impersonationId=id_)
    assert ended["impersonation"]["endedAt"] is not None
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await acting.ask(VIEWER)
    assert (await owner.ask(VIEWER))["viewer"]["user"] == {"email": owner.email}
    again = await staff.do("endImpersonation", "impersonation { version }", impersonationId=id_)
    assert again["impersonation"]["version"] == ended["impersonation"]["version"]
    await world.settle()
    (letter,) = letters(world, owner.email)
    assert REASON in letter.get_content()
    assert staff.email not in letter.get_content()
    types = [type_ for (type_,) in await rows(world, select(outbox.c.type)) if type_.startswith("impersonation.")]
    assert types == ["impersonation.started", "impersonation.ended"]


async def test_it_ends_by_itself_after_its_time_and_with_its_session(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    late, acting = await impersonate(staff, owner)
    cut, _ = await impersonate(staff, owner)
    await world.settle()
    assert await count(world, impersonations, impersonations.c.ended_at.is_(None)) == 2
    past = datetime.now(UTC) - timedelta(minutes=31)
    over = past + timedelta(minutes=30)
    one = impersonations.c.id == select(impersonations.c.id).order_by(impersonations.c.id).limit(1).scalar_subquery()
    first = select(impersonations.c.session_id).where(one).scalar_subquery()
    await write(world, update(sessions).where(sessions.c.id == first).values(expires_at=over, idle_expires_at=over))
    await write(world, update(impersonations).where(one).values(started_at=past, ends_at=over))
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await acting.ask(VIEWER)
    listed = (await owner.ask("{ sessions { nodes { id isCurrent } } }"))["sessions"]["nodes"]
    (other,) = [session["id"] for session in listed if not session["isCurrent"]]
    await owner.do("revokeSession", "session { revokeReason }", sessionId=other)
    await world.settle()
    assert await count(world, impersonations, impersonations.c.ended_at.is_(None)) == 0
    assert len(letters(world, owner.email)) == 2
    query = "{ impersonations(filter: { isOpen: false }) { nodes { id targetUser { email } } } }"
    nodes = (await staff.ask(query))["impersonations"]["nodes"]
    assert {one["id"] for one in nodes} == {late, cut}
    assert nodes[0]["targetUser"] == {"email": owner.email}


async def test_whoever_is_no_longer_staff_acts_as_nobody_from_the_next_request_on(world: World) -> None:
    owner, admin = await world.client_side(), await world.staff(StaffRole.ADMIN)
    support = await another_of_the_staff(world, StaffRole.SUPPORT)
    _, acting = await impersonate(support, owner)
    await acting.ask(VIEWER)
    await admin.do("setStaffRole", "membership { id }", userId=user(support), staffRole="FINANCE")
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await acting.ask(VIEWER)


async def test_with_read_write_only_who_is_still_an_admin_goes_on(world: World) -> None:
    owner, admin = await world.client_side(), await world.staff(StaffRole.ADMIN)
    other = await another_of_the_staff(world, StaffRole.ADMIN)
    (_, writing), (_, reading) = await impersonate(other, owner, "READ_WRITE"), await impersonate(other, owner)
    await writing.ask(VIEWER)
    await admin.do("setStaffRole", "membership { id }", userId=user(other), staffRole="SUPPORT")
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await writing.ask(VIEWER)
    await reading.ask(VIEWER)


async def test_whoever_has_become_staff_is_acted_as_no_longer(world: World) -> None:
    owner, admin = await world.client_side(), await world.staff(StaffRole.ADMIN)
    _, acting = await impersonate(admin, owner)
    await acting.ask(VIEWER)
    await admin.do("setStaffRole", "membership { id }", userId=user(owner), staffRole="FINANCE")
    await owner.ask(VIEWER)
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await acting.ask(VIEWER)


async def test_it_ends_when_all_sessions_of_who_began_it_are_ended(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    other = await another_of_the_staff(world, StaffRole.SUPPORT)
    (_, acting), (_, spared) = await impersonate(staff, owner), await impersonate(other, owner)
    await staff.do("revokeAllSessions", "revokedCount", exceptCurrent=True)
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await acting.ask(VIEWER)
    for person in (owner, staff, spared):
        await person.ask(VIEWER)


async def test_whoever_is_acted_as_can_look_it_up_and_others_cannot(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    member = await colleague(world, owner, Role.MEMBER)
    id_, _ = await impersonate(staff, owner)
    query = "query($id: ID!) { node(id: $id) { ... on Impersonation { reason mode } } }"
    assert (await owner.ask(query, id=id_))["node"] == {"reason": REASON, "mode": "READ_ONLY"}
    assert (await member.ask(query, id=id_))["node"] is None
    with pytest.raises(Faulted, match="staff:read"):
        await owner.ask("{ impersonations { totalCount } }")
