"""Who learns of which proposal: drafts are their author's, shortlists the client's, rivals never see each other's."""

from typing import Any

from domain.organizations import OrganizationKind
from domain.permissions import Role, StaffRole
from tests.makers.gigs import make_open_gig
from tests.makers.proposals import (
    audiences,
    eur,
    make_proposal,
    make_submitted_proposal,
    status_of,
)
from tests.world import Person, World

LIST = "query($filter: ProposalFilter) { proposals(filter: $filter) { nodes { id status } totalCount } }"


async def listed(person: Person, **conditions: Any) -> list[str]:
    found = await person.ask(LIST, filter=conditions)
    return [node["id"] for node in found["proposals"]["nodes"]]


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
    assert await audiences(world, "proposal.withdrawn") == [{freelancer.organization_id}]
    assert await audiences(world, "proposal.expired") == [{other.organization_id}]


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
    assert (await freelancer.refused("submitProposal", proposalId=id_))["from"] == "SUBMITTED"
    assert await audiences(world, "proposal.shortlisted") == [{client.organization_id}]


async def test_a_shortlist_does_not_show_in_what_came_of_it(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    for mutation in ("shortlistProposal", "offerProposal", "revokeOffer", "declineProposal"):
        await client.do(mutation, "proposal { id }", proposalId=id_)
    history = "query($id: ID!) { proposal(id: $id) { history { nodes { from to } } } }"

    async def steps(person: Person) -> list[tuple[str, str]]:
        nodes = (await person.ask(history, id=id_))["proposal"]["history"]["nodes"]
        return [(node["from"], node["to"]) for node in nodes[2:]]

    rest = [("OFFERED", "SHORTLISTED"), ("SHORTLISTED", "DECLINED")]
    assert await steps(freelancer) == [("SUBMITTED", "OFFERED"), *rest]
    for person in (client, await world.staff(StaffRole.SUPPORT)):
        assert await steps(person) == [("SUBMITTED", "SHORTLISTED"), ("SHORTLISTED", "OFFERED"), *rest]


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
