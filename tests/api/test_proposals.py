"""Proposals and offers through the API."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.organizations import OrganizationKind
from domain.permissions import Role, StaffRole
from persistence.tables.platform import outbox
from persistence.tables.work import proposals
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.makers.proposals import (
    COMPLETION,
    TERMS,
    eur,
    make_invitation,
    make_offer,
    make_proposal,
    make_submitted_proposal,
    status_of,
)
from tests.makers.rows import count, rows
from tests.world import Person, World

LIST = "query($filter: ProposalFilter) { proposals(filter: $filter) { nodes { id status } totalCount } }"


async def listed(person: Person, **conditions: Any) -> list[str]:
    found = await person.ask(LIST, filter=conditions)
    return [node["id"] for node in found["proposals"]["nodes"]]


async def events(world: World, verb: str) -> list[tuple[Any, ...]]:
    """Which organizations the events of that type were for."""
    return [set(row[0]) for row in await rows(world, select(outbox.c.organization_ids).where(outbox.c.type == verb))]


async def test_a_freelancer_drafts_and_hands_in_a_proposal_with_the_gigs_terms(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client, budgetMin=eur(100_000))
    drafted = await freelancer.do(
        "createProposal",
        "proposal { id status version amount { decimal } deliveryDays gigTermsVersion outsideBudget submittedAt links"
        " terms { invoicingMethod milestones { title } } gig { id } freelancerOrganization { name }"
        " clientOrganization { name } origin project { id } availableActions { action allowed } }",
        gigId=gig,
        amount=eur(90_000),
        coverLetter=" I bake websites. ",
        links=["https://example.com/bread"],
    )
    proposal = drafted["proposal"]
    assert (proposal["status"], proposal["version"], proposal["submittedAt"]) == ("DRAFT", 1, None)
    assert (proposal["amount"], proposal["deliveryDays"]) == ({"decimal": "900.00"}, 30)
    assert (proposal["gigTermsVersion"], proposal["outsideBudget"], proposal["project"]) == (1, True, None)
    assert [one["title"] for one in proposal["terms"]["milestones"]] == ["Design", "Pages", "Shop"]
    assert proposal["gig"] == {"id": gig}
    assert (proposal["freelancerOrganization"], proposal["clientOrganization"]) == (
        {"name": "Ada Lovelace"},
        {"name": "Northwind"},
    )
    allowed = {one["action"] for one in proposal["availableActions"] if one["allowed"]}
    assert allowed == {"updateProposal", "submitProposal", "withdrawProposal"}
    handed_in = await freelancer.do(
        "submitProposal", "proposal { status submittedAt version }", proposalId=proposal["id"]
    )
    assert (handed_in["proposal"]["status"], handed_in["proposal"]["version"]) == ("SUBMITTED", 2)
    assert handed_in["proposal"]["submittedAt"] is not None
    assert await events(world, "proposal.submitted") == [{client.organization_id, freelancer.organization_id}]


async def test_a_draft_is_seen_by_its_author_alone_and_by_the_client_once_handed_in(world: World) -> None:
    client, freelancer, rival = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Rival"),
    )
    staff = await world.staff(StaffRole.SUPPORT)
    gig = await make_open_gig(world, client)
    id_ = await make_proposal(freelancer, gig)
    of_gig = "query($id: ID!) { gig(id: $id) { proposals { totalCount nodes { id } } } }"

    async def seen_by(person: Person) -> tuple[str | None, list[str], int]:
        nested = (await person.ask(of_gig, id=gig))["gig"]["proposals"]
        return await status_of(person, "proposal", id_), await listed(person), nested["totalCount"]

    assert await seen_by(freelancer) == ("DRAFT", [id_], 1)
    assert await seen_by(client) == (None, [], 0)
    assert await seen_by(rival) == (None, [], 0)
    await freelancer.do("submitProposal", "proposal { id }", proposalId=id_)
    assert await seen_by(client) == ("SUBMITTED", [id_], 1)
    assert await seen_by(rival) == (None, [], 0)
    assert await seen_by(staff) == ("SUBMITTED", [id_], 1)


async def test_a_draft_that_was_withdrawn_or_expired_stays_its_authors_alone(world: World) -> None:
    client, freelancer, other = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Other"),
    )
    gig = await make_open_gig(world, client)
    withdrawn, expired = await make_proposal(freelancer, gig), await make_proposal(other, gig)
    await freelancer.do("withdrawProposal", "proposal { id }", proposalId=withdrawn)
    await client.do("cancelGig", "gig { id }", gigId=gig)
    assert await status_of(freelancer, "proposal", withdrawn) == "WITHDRAWN"
    assert await status_of(other, "proposal", expired) == "EXPIRED"
    assert await listed(client) == []
    assert await events(world, "proposal.withdrawn") == [{freelancer.organization_id}]
    assert await events(world, "proposal.expired") == [{other.organization_id}]


async def test_who_may_propose_and_to_what(world: World) -> None:
    client, freelancer, stranger = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.client_side("Stranger"),
    )
    agency = await world.join(await world.organization(OrganizationKind.AGENCY, "Agency"), Role.OWNER)
    viewer = await colleague(world, freelancer, Role.VIEWER)
    gig, own = await make_open_gig(world, client), await make_open_gig(world, agency)
    draft = (await client.do("createGig", "gig { id }", title="Later", currency="EUR"))["gig"]["id"]
    for person, gig_id, code in (
        (client, gig, "FORBIDDEN"),
        (stranger, gig, "FORBIDDEN"),
        (viewer, gig, "FORBIDDEN"),
        (agency, own, "FORBIDDEN"),
        (freelancer, draft, "NOT_FOUND"),
    ):
        refusal = await person.refused("createProposal", gigId=gig_id, amount=eur(1))
        assert refusal["code"] == code
    await client.do("pauseGig", "gig { id }", gigId=gig)
    refusal = await freelancer.refused("createProposal", gigId=gig, amount=eur(1))
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "PAUSED", ["OPEN"])
    assert await count(world, proposals) == 0
    await make_proposal(agency, await make_open_gig(world, client))


async def test_an_organization_has_one_open_proposal_for_a_gig(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    first = await make_proposal(freelancer, gig)
    refusal = await freelancer.refused("createProposal", gigId=gig, amount=eur(5))
    assert (refusal["code"], refusal["path"]) == ("CONFLICT", ["gigId"])
    assert await count(world, proposals) == 1
    await freelancer.do("withdrawProposal", "proposal { id }", proposalId=first)
    await make_proposal(freelancer, gig)


async def test_an_invite_only_gig_is_answered_by_whom_its_client_invited(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client, visibility="INVITE_ONLY")
    assert (await freelancer.refused("createProposal", gigId=gig, amount=eur(5)))["code"] == "NOT_FOUND"
    invitation = await make_invitation(client, freelancer, gig)
    other = await make_invitation(client, freelancer, await make_open_gig(world, client))
    refusal = await freelancer.refused("createProposal", gigId=gig, amount=eur(5), invitationId=other)
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["invitationId"])
    id_ = await make_proposal(freelancer, gig, invitationId=invitation)
    assert await status_of(freelancer, "gigInvitation", invitation) == "PENDING"
    await freelancer.do("submitProposal", "proposal { id }", proposalId=id_)
    assert await status_of(freelancer, "gigInvitation", invitation) == "ANSWERED"
    assert await status_of(freelancer, "gigInvitation", other) == "PENDING"


async def test_an_hourly_gig_takes_rates_and_makes_one_amount_of_them(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client, pricing="HOURLY", rateMin=eur(2_000), rateMax=eur(4_000))
    refusal = await freelancer.refused("createProposal", gigId=gig, amount=eur(5))
    assert {problem["path"][0] for problem in refusal["problems"]} == {"amount", "hourlyRate"}
    made = await freelancer.do(
        "createProposal",
        "proposal { id amount { amountMinor } hourlyRate { amountMinor } hoursPerDay outsideBudget }",
        gigId=gig,
        hourlyRate=eur(5_000),
        deliveryDays=10,
    )
    proposal = made["proposal"]
    assert (proposal["amount"], proposal["hoursPerDay"]) == ({"amountMinor": str(8 * 8 * 5_000)}, 8)
    assert proposal["outsideBudget"] is True
    changed = await freelancer.do(
        "updateProposal",
        "proposal { amount { amountMinor } outsideBudget }",
        proposalId=proposal["id"],
        hourlyRate=eur(4_000),
        hoursPerDay=2,
    )
    assert changed["proposal"] == {"amount": {"amountMinor": str(8 * 2 * 4_000)}, "outsideBudget": False}


async def test_every_wrong_field_of_a_proposal_is_named_at_once(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    refusal = await freelancer.refused(
        "createProposal",
        gigId=gig,
        amount={"amountMinor": "0", "currency": "USD"},
        deliveryDays=731,
        coverLetter="x" * 5001,
        links=["ftp://example.com", "https://example.com"],
        terms=TERMS | {"autoApproveAfterDays": 0},
    )
    assert [problem["path"] for problem in refusal["problems"]] == [
        ["deliveryDays"],
        ["coverLetter"],
        ["links", "0"],
        ["terms", "autoApproveAfterDays"],
        ["amount", "currency"],
        ["amount", "amountMinor"],
    ]
    assert await count(world, proposals) == 0


async def test_a_plan_that_comes_to_nothing_is_refused_when_it_is_handed_in(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    ten = TERMS | {"milestones": [{"title": f"Part {number}"} for number in range(10)]}
    id_ = await make_proposal(freelancer, gig, amount=eur(5), terms=ten)
    refusal = await freelancer.refused("submitProposal", proposalId=id_)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["terms", "milestones"])
    assert await status_of(freelancer, "proposal", id_) == "DRAFT"


async def test_an_update_is_guarded_by_version_and_by_whoever_wrote_it(world: World) -> None:
    client, freelancer, rival = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Rival"),
    )
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    stale = await freelancer.refused("updateProposal", proposalId=id_, coverLetter="Hi", expectedVersion=1)
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", 2)
    assert (await client.refused("updateProposal", proposalId=id_, coverLetter="Hi"))["code"] == "FORBIDDEN"
    assert (await rival.refused("updateProposal", proposalId=id_, coverLetter="Hi"))["code"] == "NOT_FOUND"
    changed = await freelancer.do(
        "updateProposal",
        "proposal { coverLetter amount { amountMinor } deliveryDays status version }",
        proposalId=id_,
        coverLetter="Hi",
        deliveryDays=None,
        expectedVersion=2,
    )
    assert changed["proposal"] == {
        "coverLetter": "Hi",
        "amount": {"amountMinor": "100000"},
        "deliveryDays": 30,
        "status": "SUBMITTED",
        "version": 3,
    }


async def test_changed_terms_of_the_gig_are_answered_by_an_update(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_proposal(freelancer, gig)
    await client.do("updateGig", "gig { termsVersion }", gigId=gig, terms=COMPLETION)
    assert (await freelancer.refused("submitProposal", proposalId=id_))["code"] == "CONFLICT"
    changed = await freelancer.do(
        "updateProposal",
        "proposal { gigTermsVersion terms { invoicingMethod upfrontBps } }",
        proposalId=id_,
        terms=None,
    )
    assert changed["proposal"] == {
        "gigTermsVersion": 2,
        "terms": {"invoicingMethod": "COMPLETION", "upfrontBps": 1200},
    }
    await freelancer.do("submitProposal", "proposal { id }", proposalId=id_)


async def test_a_shortlist_stays_with_the_client(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    assert (await freelancer.refused("shortlistProposal", proposalId=id_))["code"] == "FORBIDDEN"
    shortlisted = await client.do("shortlistProposal", "proposal { status }", proposalId=id_)
    assert shortlisted["proposal"] == {"status": "SHORTLISTED"}
    history = "query($id: ID!) { proposal(id: $id) { status history { totalCount nodes { action } } } }"
    known = (await freelancer.ask(history, id=id_))["proposal"]
    assert (known["status"], known["history"]["totalCount"]) == ("SUBMITTED", 2)
    assert [step["action"] for step in known["history"]["nodes"]] == ["createProposal", "submitProposal"]
    assert (await client.ask(history, id=id_))["proposal"]["history"]["totalCount"] == 3
    assert await listed(freelancer, status=["SHORTLISTED"]) == []
    assert await listed(freelancer, status=["SUBMITTED"]) == [id_]
    assert await listed(client, status=["SHORTLISTED"]) == [id_]
    assert await listed(client, status=["SUBMITTED"]) == []
    assert await events(world, "proposal.shortlisted") == [{client.organization_id}]


async def test_a_declined_proposal_keeps_the_reason_and_is_over(world: World) -> None:
    client, freelancer, rival = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Rival"),
    )
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    for person, code in ((freelancer, "FORBIDDEN"), (rival, "NOT_FOUND")):
        assert (await person.refused("declineProposal", proposalId=id_))["code"] == code
    viewer = await colleague(world, client, Role.VIEWER)
    assert (await viewer.refused("declineProposal", proposalId=id_))["code"] == "FORBIDDEN"
    assert (await client.refused("declineProposal", proposalId=id_, reason="x" * 1001))["path"] == ["reason"]
    declined = await client.do(
        "declineProposal", "proposal { status declineReason }", proposalId=id_, reason=" Too dear. "
    )
    assert declined["proposal"] == {"status": "DECLINED", "declineReason": "Too dear."}
    refusal = await freelancer.refused("withdrawProposal", proposalId=id_)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "DECLINED")


async def test_an_offer_is_made_seen_and_turned_down(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    assert (await freelancer.refused("offerProposal", proposalId=id_))["code"] == "FORBIDDEN"
    selection = "proposal { status offeredAmount { amountMinor } offeredTerms { invoicingMethod } offerExpiresAt }"
    made = (await client.do("offerProposal", selection, proposalId=id_, amount=eur(95_000), terms=COMPLETION))[
        "proposal"
    ]
    assert (made["status"], made["offeredAmount"]) == ("OFFERED", {"amountMinor": "95000"})
    assert made["offeredTerms"] == {"invoicingMethod": "COMPLETION"}
    assert (await freelancer.refused("updateProposal", proposalId=id_, coverLetter="!"))["code"] == "WRONG_STATE"
    assert (await client.refused("declineOffer", proposalId=id_))["code"] == "FORBIDDEN"
    assert (await freelancer.refused("revokeOffer", proposalId=id_))["code"] == "FORBIDDEN"
    turned_down = (await freelancer.do("declineOffer", selection, proposalId=id_))["proposal"]
    assert turned_down == {
        "status": "SHORTLISTED",
        "offeredAmount": None,
        "offeredTerms": None,
        "offerExpiresAt": None,
    }
    again = (await client.do("offerProposal", selection, proposalId=id_))["proposal"]
    assert (again["offeredAmount"], again["offeredTerms"]) == (
        {"amountMinor": "100000"},
        {"invoicingMethod": "MILESTONE"},
    )
    revoked = (await client.do("revokeOffer", selection, proposalId=id_))["proposal"]
    assert (revoked["status"], revoked["offeredAmount"]) == ("SHORTLISTED", None)


async def test_an_offer_that_nobody_can_agree_to_is_refused(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    for offer, path in (
        ({"amount": eur(2)}, ["terms", "milestones"]),
        ({"amount": {"amountMinor": "5", "currency": "USD"}}, ["amount", "currency"]),
        ({"terms": COMPLETION | {"upfrontBps": 10_001}}, ["terms", "upfrontBps"]),
    ):
        refusal = await client.refused("offerProposal", proposalId=id_, **offer)
        assert (refusal["code"], refusal["path"]) == ("INVALID", path)
    assert await status_of(client, "proposal", id_) == "SUBMITTED"


async def test_an_offer_lapses_after_seven_days(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    id_ = await make_offer(client, freelancer, await make_open_gig(world, client))
    world.clock.advance(timedelta(days=7, seconds=-1))
    await world.settle()
    assert await status_of(freelancer, "proposal", id_) == "OFFERED"
    world.clock.advance(timedelta(seconds=1))
    await world.settle()
    selection = "query($id: ID!) { proposal(id: $id) { status offeredAmount { decimal } offerExpiresAt } }"
    assert (await freelancer.ask(selection, id=id_))["proposal"] == {
        "status": "SHORTLISTED",
        "offeredAmount": None,
        "offerExpiresAt": None,
    }


@pytest.mark.parametrize(("mutation", "side"), [("withdrawProposal", "freelancer"), ("declineProposal", "client")])
async def test_a_proposal_with_an_offer_can_still_be_ended_by_either_side(
    world: World, mutation: str, side: str
) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    id_ = await make_offer(client, freelancer, await make_open_gig(world, client))
    person = client if side == "client" else freelancer
    ended = await person.do(mutation, "proposal { status }", proposalId=id_)
    assert ended["proposal"]["status"] in ("WITHDRAWN", "DECLINED")


async def test_lists_are_filtered_by_side_gig_and_price(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    agency = await world.join(await world.organization(OrganizationKind.AGENCY, "Agency"), Role.OWNER)
    gig, own = await make_open_gig(world, client), await make_open_gig(world, agency)
    made = await make_submitted_proposal(agency, gig)
    cheaper = await make_submitted_proposal(freelancer, gig, amount=eur(50_000))
    received = await make_submitted_proposal(freelancer, own)
    assert await listed(agency) == [received, made]
    assert await listed(agency, side="CLIENT") == [received]
    assert await listed(agency, side="FREELANCER") == [made]
    assert await listed(freelancer, gigId=gig) == [cheaper]
    ordered = (
        "query($id: ID!) { gig(id: $id) { proposals(orderBy: {field: AMOUNT, direction: ASC}) { nodes { id } } } }"
    )
    found = (await client.ask(ordered, id=gig))["gig"]["proposals"]["nodes"]
    assert [node["id"] for node in found] == [cheaper, made]
    assert await listed(client, freelancerOrganizationId=f"org_{agency.organization_id.hex}") == [made]
