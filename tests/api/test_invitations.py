"""Invitations to organizations through the API."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.actors import SYSTEM
from domain.memberships import join
from domain.organizations import OrganizationKind, OrganizationStatus
from domain.permissions import Role
from persistence.tables.identity import invitations, memberships, organizations, users
from persistence.tables.platform import outbox
from persistence.unit import unit_of_work
from tests.client import Faulted
from tests.makers.identity import letters, make_account, make_unverified, token_in
from tests.makers.rows import count, rows, write
from tests.world import Caller, Person, World

ADA = "ada@example.com"


async def _invite(who: Person, email: str = ADA, role: str = "MEMBER") -> str:
    return str((await who.do("inviteMember", "invitation { id }", email=email, role=role))["invitation"]["id"])


async def _stored(world: World) -> list[tuple[Any, ...]]:
    """All invitations as they are, and how many memberships and events there are."""
    found = await rows(world, select(invitations.c.id, invitations.c.status, invitations.c.version))
    return [*found, (await count(world, memberships), await count(world, outbox))]


async def _own(who: Caller) -> list[dict[str, Any]]:
    query = "{ viewer { invitations { id role status organization { name } availableActions { action allowed } } } }"
    found: list[dict[str, Any]] = (await who.ask(query))["viewer"]["invitations"]
    return found


async def test_an_invited_person_joins_with_the_token_of_the_mail(world: World) -> None:
    owner, ada = await world.client_side(), await make_account(world)
    invited = await owner.do(
        "inviteMember",
        "invitation { status email role organization { name } invitedBy { email }"
        " availableActions { action allowed } }",
        email=" Ada@Example.com",
        role="FINANCE",
    )
    assert invited["invitation"] == {
        "status": "PENDING",
        "email": ADA,
        "role": "FINANCE",
        "organization": {"name": "Northwind"},
        "invitedBy": {"email": owner.email},
        "availableActions": [
            {"action": "acceptInvitation", "allowed": False},
            {"action": "declineInvitation", "allowed": False},
            {"action": "revokeInvitation", "allowed": True},
        ],
    }
    await world.settle()
    letter = letters(world, ADA)[-1]
    assert letter["Subject"] == "Join Northwind at Milepost"
    joined = await ada.do(
        "acceptInvitation",
        "invitation { status } membership { role status organization { name } user { email } }",
        token=token_in(letter),
    )
    assert joined["invitation"] == {"status": "ACCEPTED"}
    assert joined["membership"] == {
        "role": "FINANCE",
        "status": "ACTIVE",
        "organization": {"name": "Northwind"},
        "user": {"email": ADA},
    }
    emails = [
        one["user"]["email"]
        for one in (await owner.ask("{ members { nodes { user { email } } } }"))["members"]["nodes"]
    ]
    assert emails == [owner.email, ADA]
    types = [type_ for (type_,) in await rows(world, select(outbox.c.type).order_by(outbox.c.written))]
    assert types[-3:] == ["member.invited", "invitation.accepted", "member.joined"]


async def test_invitations_to_ones_verified_address_are_in_the_viewer(world: World) -> None:
    owner, ada = await world.client_side(), await make_unverified(world)
    await world.settle()
    id_ = await _invite(owner)
    assert await _own(ada) == []
    assert (await ada.refused("acceptInvitation", invitationId=id_))["code"] == "FORBIDDEN"
    await world.caller().do("verifyEmail", "token", token=token_in(letters(world, ADA)[0]))
    assert await _own(ada) == [
        {
            "id": id_,
            "role": "MEMBER",
            "status": "PENDING",
            "organization": {"name": "Northwind"},
            "availableActions": [
                {"action": "acceptInvitation", "allowed": True},
                {"action": "declineInvitation", "allowed": True},
                {"action": "revokeInvitation", "allowed": False},
            ],
        }
    ]
    await ada.do("acceptInvitation", "membership { role }", invitationId=id_)
    assert await _own(ada) == []


async def test_the_mailed_token_verifies_the_address_it_was_mailed_to(world: World) -> None:
    owner, ada = await world.client_side(), await make_unverified(world)
    await world.settle()
    await _invite(owner)
    await world.settle()
    token = token_in(letters(world, ADA)[-1])
    joined = await ada.do("acceptInvitation", "membership { role user { status } }", token=token)
    assert joined["membership"] == {"role": "MEMBER", "user": {"status": "ACTIVE"}}
    assert await count(world, users, users.c.email == ADA, users.c.email_verified_at.is_not(None)) == 1
    assert await count(world, outbox, outbox.c.type == "user.verified") == 1


async def test_nobody_answers_an_invitation_to_somebody_else(world: World) -> None:
    owner, stranger = await world.client_side(), await world.freelancer_side()
    id_ = await _invite(owner)
    await world.settle()
    token, before = token_in(letters(world, ADA)[-1]), await _stored(world)
    for mutation in ("acceptInvitation", "declineInvitation"):
        for who in (owner, stranger):
            foreign = await who.refused(mutation, invitationId=id_)
            assert foreign == await who.refused(mutation, invitationId=f"ivt_{uuid4().hex}")
            assert foreign["code"] == "NOT_FOUND"
            stolen = await who.refused(mutation, token=token)
            assert stolen == await who.refused(mutation, token="unknown")
            assert (stolen["code"], stolen["path"]) == ("INVALID", ["token"])
        with pytest.raises(Faulted, match="UNAUTHENTICATED"):
            await world.caller().refused(mutation, token=token)
        for input_ in ({}, {"invitationId": id_, "token": token}):
            assert (await stranger.refused(mutation, **input_))["code"] == "INVALID"
    assert await _stored(world) == before


async def test_a_freelancer_works_alone(world: World) -> None:
    person = await world.freelancer_side()
    refusal = await person.refused("inviteMember", email=ADA, role="MEMBER")
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "FREELANCER", ["CLIENT", "AGENCY"])
    assert await _stored(world) == [(1, 0)]
    await person.do("convertToAgency", "organization { kind }", organizationId=f"org_{person.organization_id.hex}")
    await _invite(person)


async def test_members_and_the_already_invited_are_not_invited_again(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Northwind")
    owner, member = await world.join(company, Role.OWNER), await world.join(company, Role.MEMBER)
    await _invite(owner)
    before = await _stored(world)
    for email in (ADA, "ADA@example.com", member.email):
        refusal = await owner.refused("inviteMember", email=email, role="VIEWER")
        assert (refusal["code"], refusal["path"]) == ("CONFLICT", ["email"])
    assert (await owner.refused("inviteMember", email="nobody", role="VIEWER"))["path"] == ["email"]
    assert await _stored(world) == before


async def test_of_two_invitations_at_once_one_is_sent(world: World) -> None:
    owner = await world.client_side()
    answers = await asyncio.gather(
        *(owner.attempt("inviteMember", "invitation { id }", email=ADA, role="MEMBER") for _ in range(4))
    )
    assert sorted(answer.get("code", "done") for answer in answers) == ["CONFLICT"] * 3 + ["done"]
    assert await count(world, invitations) == 1


async def test_an_accepted_invitation_is_accepted_once(world: World) -> None:
    owner, ada = await world.client_side(), await make_account(world)
    id_ = await _invite(owner)
    answers = await asyncio.gather(
        *(ada.attempt("acceptInvitation", "membership { id }", invitationId=id_) for _ in range(5))
    )
    assert sorted(answer.get("code", "done") for answer in answers) == ["WRONG_STATE"] * 4 + ["done"]
    assert await count(world, memberships, memberships.c.organization_id == owner.organization_id) == 2


async def test_whoever_is_a_member_meanwhile_does_not_join_twice(world: World) -> None:
    owner, ada = await world.client_side(), await make_account(world)
    await _invite(owner)
    await _join_directly(world, owner)
    before = await _stored(world)
    (pending,) = await _own(ada)
    assert (await ada.refused("acceptInvitation", invitationId=pending["id"]))["code"] == "CONFLICT"
    assert await _stored(world) == before


async def _join_directly(world: World, owner: Person) -> None:
    """Makes Ada a member of the owner's organization past the API."""
    ((ada,),) = await rows(world, select(users.c.id).where(users.c.email == ADA))
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        db.add(join(ada, owner.organization_id, Role.MEMBER, action="acceptInvitation", by=SYSTEM, at=at))


async def test_nobody_joins_a_suspended_organization(world: World) -> None:
    owner, ada = await world.client_side(), await make_account(world)
    id_ = await _invite(owner)
    suspended = organizations.update().where(organizations.c.id == owner.organization_id)
    await write(world, suspended.values(status=OrganizationStatus.SUSPENDED))
    before = await _stored(world)
    refusal = await ada.refused("acceptInvitation", invitationId=id_)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "SUSPENDED")
    assert await _stored(world) == before


async def test_a_declined_and_a_revoked_invitation_are_over(world: World) -> None:
    owner, ada = await world.client_side(), await make_account(world)
    declined = await _invite(owner)
    await ada.do("declineInvitation", "invitation { status }", invitationId=declined)
    revoked = await _invite(owner)
    answer = await owner.do("revokeInvitation", "invitation { status }", invitationId=revoked)
    assert answer["invitation"] == {"status": "REVOKED"}
    before = await _stored(world)
    for id_, status in ((declined, "DECLINED"), (revoked, "REVOKED")):
        refusal = await ada.refused("acceptInvitation", invitationId=id_)
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", status)
        assert (await owner.refused("revokeInvitation", invitationId=id_))["code"] == "WRONG_STATE"
    assert await _stored(world) == before
    listed = (await owner.ask("{ invitations { nodes { status } } }"))["invitations"]["nodes"]
    assert [one["status"] for one in listed] == ["REVOKED", "DECLINED"]


async def test_a_revoked_invitation_that_was_not_mailed_yet_never_is(world: World) -> None:
    owner = await world.client_side()
    await owner.do("revokeInvitation", "invitation { status }", invitationId=await _invite(owner))
    await world.settle()
    assert letters(world) == []


async def test_low_roles_and_strangers_revoke_nothing(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Northwind")
    owner, member = await world.join(company, Role.OWNER), await world.join(company, Role.MEMBER)
    stranger = await world.client_side("Elsewhere")
    id_ = await _invite(owner)
    before = await _stored(world)
    assert (await member.refused("revokeInvitation", invitationId=id_))["code"] == "FORBIDDEN"
    foreign = await stranger.refused("revokeInvitation", invitationId=id_)
    assert foreign == await stranger.refused("revokeInvitation", invitationId=f"ivt_{uuid4().hex}")
    assert foreign["code"] == "NOT_FOUND"
    assert (await stranger.ask("{ invitations { totalCount } }"))["invitations"]["totalCount"] == 0
    assert await _stored(world) == before


async def test_an_invitation_expires_after_seven_days(world: World) -> None:
    owner, ada = await world.client_side(), await make_account(world)
    id_ = await _invite(owner)
    await world.settle()
    world.clock.advance(timedelta(days=7))
    late = await ada.refused("acceptInvitation", invitationId=id_)
    assert (late["code"], late["from"], late["allowed"]) == ("WRONG_STATE", "EXPIRED", ["PENDING"])
    await world.settle()
    listed = (await owner.ask("{ invitations { nodes { status history { nodes { action actorKind } } } } }"))[
        "invitations"
    ]
    assert listed["nodes"] == [
        {
            "status": "EXPIRED",
            "history": {
                "nodes": [
                    {"action": "inviteMember", "actorKind": "USER"},
                    {"action": "expireInvitation", "actorKind": "SYSTEM"},
                ]
            },
        }
    ]
    assert (await ada.refused("declineInvitation", invitationId=id_))["code"] == "WRONG_STATE"
    assert await count(world, outbox, outbox.c.type == "invitation.expired") == 1


async def test_whoever_let_an_invitation_lapse_can_be_invited_again_at_once(world: World) -> None:
    owner = await world.client_side()
    await _invite(owner)
    world.clock.advance(timedelta(days=7))
    await _invite(owner)
    assert await count(world, invitations) == 2
