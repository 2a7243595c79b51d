"""Invitations to gigs through the API."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from domain.organizations import OrganizationKind
from domain.permissions import Role
from persistence.tables.platform import outbox
from persistence.tables.work import gig_invitations
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.makers.proposals import (
    TERMS,
    eur,
    make_invitation,
    make_proposal,
    make_submitted_proposal,
    status_of,
)
from tests.makers.rows import count, rows
from tests.world import Person, World

LIST = "query($filter: GigInvitationFilter) { gigInvitations(filter: $filter) { nodes { id } totalCount } }"


async def listed(person: Person, **conditions: Any) -> list[str]:
    found = await person.ask(LIST, filter=conditions)
    return [node["id"] for node in found["gigInvitations"]["nodes"]]


def org(person: Person) -> str:
    return f"org_{person.organization_id.hex}"


async def event_types(world: World) -> list[str]:
    found = await rows(
        world, select(outbox.c.type).where(outbox.c.subject_type == "gig_invitation").order_by(outbox.c.written)
    )
    return [row[0] for row in found]


async def test_a_client_invites_a_freelancer_with_an_offer(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    sent = await client.do(
        "inviteFreelancer",
        "invitation { id status message amount { amountMinor } terms { milestones { title } } expiresAt gigTermsVersion"
        " gig { id } freelancerOrganization { name } }",
        gigId=gig,
        organizationId=org(freelancer),
        message=" Please bake. ",
        amount=eur(80_000),
        terms=TERMS,
    )
    invitation = sent["invitation"]
    assert (invitation["status"], invitation["message"]) == ("PENDING", "Please bake.")
    assert (invitation["amount"], invitation["gigTermsVersion"]) == ({"amountMinor": "80000"}, 1)
    assert invitation["terms"] == {"milestones": [{"title": "All of it"}]}
    assert (invitation["gig"], invitation["freelancerOrganization"]) == ({"id": gig}, {"name": "Ada Lovelace"})
    assert await event_types(world) == ["gig_invitation.sent"]


async def test_an_invitation_is_seen_by_its_two_sides_alone(world: World) -> None:
    client, freelancer, rival = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Rival"),
    )
    gig = await make_open_gig(world, client)
    id_ = await make_invitation(client, freelancer, gig)
    nested = "query($id: ID!) { gig(id: $id) { invitations { nodes { id } } } }"
    for person, seen in ((client, [id_]), (freelancer, [id_]), (rival, [])):
        assert await listed(person) == seen
        found = (await person.ask(nested, id=gig))["gig"]["invitations"]["nodes"]
        assert [node["id"] for node in found] == seen
    assert await status_of(rival, "gigInvitation", id_) is None
    assert await listed(client, side="CLIENT", status=["PENDING"], gigId=gig) == [id_]
    assert await listed(client, side="FREELANCER") == []
    assert await listed(freelancer, side="FREELANCER") == [id_]


async def test_who_may_invite_and_whom(world: World) -> None:
    client, freelancer, stranger = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.client_side("Stranger"),
    )
    viewer = await colleague(world, client, Role.VIEWER)
    gig = await make_open_gig(world, client)
    for person in (viewer, stranger, freelancer):
        refusal = await person.refused("inviteFreelancer", gigId=gig, organizationId=org(freelancer))
        assert refusal["code"] == "FORBIDDEN"
    for whom in (stranger, client):
        refusal = await client.refused("inviteFreelancer", gigId=gig, organizationId=org(whom))
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["organizationId"])
    unknown = await client.refused("inviteFreelancer", gigId=gig, organizationId="org_" + "0" * 32)
    assert (unknown["code"], unknown["path"]) == ("NOT_FOUND", ["organizationId"])
    await client.do("pauseGig", "gig { id }", gigId=gig)
    paused = await client.refused("inviteFreelancer", gigId=gig, organizationId=org(freelancer))
    assert (paused["code"], paused["from"]) == ("WRONG_STATE", "PAUSED")
    assert await count(world, gig_invitations) == 0


async def test_an_invitation_names_amount_and_terms_or_neither(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    whom = {"gigId": gig, "organizationId": org(freelancer)}
    for offer, path in (
        ({"amount": eur(5)}, ["amount"]),
        ({"terms": TERMS}, ["amount"]),
        ({"amount": eur(0), "terms": TERMS}, ["amount", "amountMinor"]),
        (
            {"amount": eur(1), "terms": TERMS | {"milestones": [{"title": "A"}, {"title": "B"}]}},
            ["terms", "milestones"],
        ),
    ):
        refusal = await client.refused("inviteFreelancer", **whom, **offer)
        assert (refusal["code"], refusal["path"]) == ("INVALID", path)
    assert await count(world, gig_invitations) == 0


async def test_one_invitation_at_a_time_and_none_to_whom_has_proposed(world: World) -> None:
    client, freelancer, other = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Other"),
    )
    gig = await make_open_gig(world, client)
    first = await make_invitation(client, freelancer, gig)
    again = await client.refused("inviteFreelancer", gigId=gig, organizationId=org(freelancer))
    assert (again["code"], again["path"]) == ("CONFLICT", ["organizationId"])
    await freelancer.do("declineGigInvitation", "invitation { id }", invitationId=first)
    await make_invitation(client, freelancer, gig)
    drafted = await make_proposal(other, gig)
    await make_invitation(client, other, gig)  # nobody but its author knows of a draft
    await other.do("submitProposal", "proposal { id }", proposalId=drafted)
    proposed = await client.refused("inviteFreelancer", gigId=gig, organizationId=org(other))
    assert proposed["code"] == "CONFLICT"
    assert await count(world, gig_invitations) == 3


async def test_only_the_invited_decline_and_only_the_client_revokes(world: World) -> None:
    client, freelancer, rival = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Rival"),
    )
    viewer = await colleague(world, freelancer, Role.VIEWER)
    gig = await make_open_gig(world, client)
    id_ = await make_invitation(client, freelancer, gig)
    for person, mutation, code in (
        (client, "declineGigInvitation", "FORBIDDEN"),
        (viewer, "declineGigInvitation", "FORBIDDEN"),
        (rival, "declineGigInvitation", "NOT_FOUND"),
        (freelancer, "revokeGigInvitation", "FORBIDDEN"),
        (rival, "revokeGigInvitation", "NOT_FOUND"),
    ):
        assert (await person.refused(mutation, invitationId=id_))["code"] == code
    assert await status_of(client, "gigInvitation", id_) == "PENDING"
    declined = await freelancer.do("declineGigInvitation", "invitation { status }", invitationId=id_)
    assert declined["invitation"] == {"status": "DECLINED"}
    over = await client.refused("revokeGigInvitation", invitationId=id_)
    assert (over["code"], over["from"]) == ("WRONG_STATE", "DECLINED")
    second = await make_invitation(client, freelancer, gig)
    revoked = await client.do("revokeGigInvitation", "invitation { status }", invitationId=second)
    assert revoked["invitation"] == {"status": "REVOKED"}
    assert await event_types(world) == [f"gig_invitation.{verb}" for verb in ("sent", "declined", "sent", "revoked")]


async def test_a_revoked_invitation_closes_the_door_of_an_invite_only_gig(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client, visibility="INVITE_ONLY")
    id_ = await make_invitation(client, freelancer, gig)
    assert await status_of(freelancer, "gig", gig) == "OPEN"
    await client.do("revokeGigInvitation", "invitation { id }", invitationId=id_)
    assert await status_of(freelancer, "gig", gig) is None
    left = "query($id: ID!) { gigInvitation(id: $id) { status gig { id } } }"
    assert (await freelancer.ask(left, id=id_))["gigInvitation"] == {"status": "REVOKED", "gig": None}
    assert (await freelancer.refused("createProposal", gigId=gig, amount=eur(5)))["code"] == "NOT_FOUND"


async def test_an_invitation_expires_after_fourteen_days_even_where_nobody_has_noted_it(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_invitation(client, freelancer, gig)
    world.clock.advance(timedelta(days=14))
    late = await freelancer.refused("declineGigInvitation", invitationId=id_)
    assert (late["code"], late["from"]) == ("WRONG_STATE", "EXPIRED")
    await make_invitation(client, freelancer, gig)
    assert await status_of(freelancer, "gigInvitation", id_) == "EXPIRED"
    world.clock.advance(timedelta(days=14))
    await world.settle()
    assert await listed(freelancer, status=["EXPIRED"]) != []
    assert await listed(freelancer, status=["PENDING"]) == []


async def test_any_proposal_that_is_handed_in_answers_the_invitation(world: World) -> None:
    client = await world.client_side()
    agency = await world.join(await world.organization(OrganizationKind.AGENCY, "Agency"), Role.OWNER)
    gig = await make_open_gig(world, client)
    id_ = await make_invitation(client, agency, gig, amount=eur(5), terms=TERMS)
    await make_submitted_proposal(agency, gig)
    assert await status_of(client, "gigInvitation", id_) == "ANSWERED"
    assert (await agency.refused("declineGigInvitation", invitationId=id_))["from"] == "ANSWERED"
