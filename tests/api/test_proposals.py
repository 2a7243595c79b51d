"""Proposals through the API."""

import asyncio

from domain.organizations import OrganizationKind
from domain.permissions import Role
from persistence.tables.work import proposals
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.makers.proposals import (
    COMPLETION,
    TERMS,
    audiences,
    eur,
    make_invitation,
    make_proposal,
    make_submitted_proposal,
    status_of,
)
from tests.makers.rows import count
from tests.world import World


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
    assert await audiences(world, "proposal.submitted") == [{client.organization_id, freelancer.organization_id}]


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


async def test_of_ten_drafts_of_one_organization_at_once_one_comes_to_exist(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    results = await asyncio.gather(
        *(freelancer.attempt("createProposal", "proposal { id }", gigId=gig, amount=eur(5)) for _ in range(10))
    )
    assert sorted(result.get("code", "created") for result in results) == ["CONFLICT"] * 9 + ["created"]
    assert await count(world, proposals) == 1
