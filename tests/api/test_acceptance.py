"""Acceptance through the API: one transaction, and all that follows."""

from datetime import timedelta

from sqlalchemy import select, update

from domain.actors import SYSTEM
from domain.organizations import OrganizationStatus
from domain.permissions import Role
from persistence.reference_data import ensure
from persistence.tables.identity import organizations
from persistence.tables.invoicing import invoices
from persistence.tables.platform import outbox
from persistence.tables.projects import milestones, projects, tasks
from persistence.tables.work import gigs, proposals
from persistence.unit import unit_of_work
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.makers.payment_methods import make_method
from tests.makers.proposals import (
    COMPLETION,
    TERMS,
    accept_proposal,
    accepting,
    eur,
    make_invitation,
    make_offer,
    make_submitted_proposal,
    status_of,
)
from tests.makers.rows import count, rows, write
from tests.world import World

PROJECT = (
    "project { id reference status title budget { amountMinor } clientContact { id } team { id } upfront:"
    " budgetSummary { upfront { amountMinor } } milestones { position title workStatus amount { amountMinor }"
    " tasks { title status } } }"
)


async def nothing_happened(world: World) -> None:
    """No seat is taken and nothing that an acceptance makes exists."""
    for table in (projects, milestones, tasks, invoices):
        assert await count(world, table) == 0
    assert await count(world, gigs, gigs.c.accepted_seats > 0) == 0
    assert await count(world, proposals, proposals.c.seat_no.is_not(None)) == 0


async def test_a_client_accepts_a_proposal_and_a_project_comes_to_exist(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig, amount=eur(115_000), terms=None)
    made = await accept_proposal(
        client,
        id_,
        f"replayed proposal {{ status seatNo project {{ id }} gig {{ status acceptedSeats }} }} {PROJECT}"
        " upfrontInvoice { id }",
    )
    project, proposal = made["project"], made["proposal"]
    assert (proposal["status"], proposal["seatNo"]) == ("ACCEPTED", 1)
    assert proposal["gig"] == {"status": "FILLED", "acceptedSeats": 1}
    assert proposal["project"] == {"id": project["id"]}
    assert (project["status"], project["budget"]) == ("PENDING_ACTIVATION", {"amountMinor": "115000"})
    assert project["reference"].startswith("PRJ-")
    assert (project["clientContact"], project["team"]) == ({"id": f"mbr_{client.membership_id.hex}"}, [])
    assert [(one["title"], one["workStatus"], one["amount"]["amountMinor"]) for one in project["milestones"]] == [
        ("Design", "PLANNED", "38333"),
        ("Pages", "PLANNED", "38334"),
        ("Shop", "PLANNED", "38333"),
    ]
    assert [one["tasks"] for one in project["milestones"]] == [
        [{"title": title, "status": "TODO"}] for title in ("Design", "Pages", "Shop")
    ]
    assert (made["upfrontInvoice"], made["replayed"]) == (None, False)
    found = await rows(world, select(outbox.c.type).where(outbox.c.type.in_(["gig.filled", "project.created"])))
    assert sorted(found) == [("gig.filled",), ("project.created",)]


async def test_an_upfront_share_is_invoiced_in_the_same_transaction(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await ensure(db)
    gig = await make_open_gig(world, client)
    id_ = await make_offer(client, freelancer, gig, amount=eur(55_000), terms=COMPLETION)
    made = await freelancer.do(
        "acceptOffer",
        f"{PROJECT} upfrontInvoice {{ kind status total {{ amountMinor }} project {{ id }} }} proposal {{ status }}",
        **await accepting(freelancer, "acceptOffer", id_),
    )
    invoice, project = made["upfrontInvoice"], made["project"]
    assert (invoice["kind"], invoice["status"], invoice["total"]) == ("UPFRONT", "OPEN", {"amountMinor": "6600"})
    assert invoice["project"] == {"id": project["id"]}
    assert project["upfront"] == {"upfront": {"amountMinor": "6600"}}
    assert [one["amount"]["amountMinor"] for one in project["milestones"]] == ["48400"]
    assert (project["clientContact"], project["team"]) == (None, [{"id": f"mbr_{freelancer.membership_id.hex}"}])


async def test_an_upfront_paid_by_the_default_method_starts_the_work(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await ensure(db)
    await make_method(client)
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig, terms=COMPLETION)
    made = await accept_proposal(client, id_)
    await world.settle()
    assert await status_of(freelancer, "project", made["project"]["id"]) == "ACTIVE"


async def test_an_invitation_with_terms_is_accepted_as_it_stands(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    bare = await make_invitation(client, freelancer, gig)
    refusal = await freelancer.refused(
        "acceptGigInvitation", **await accepting(freelancer, "acceptGigInvitation", bare)
    )
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "PENDING")
    await client.do("revokeGigInvitation", "invitation { id }", invitationId=bare)
    id_ = await make_invitation(client, freelancer, gig, amount=eur(80_000), terms=TERMS)
    by_client = await client.refused("acceptGigInvitation", **await accepting(client, "acceptGigInvitation", id_))
    assert by_client["code"] == "FORBIDDEN"
    await nothing_happened(world)
    made = await freelancer.do(
        "acceptGigInvitation",
        f"invitation {{ status }} proposal {{ status origin seatNo amount {{ amountMinor }} }} {PROJECT}",
        **await accepting(freelancer, "acceptGigInvitation", id_),
    )
    assert made["invitation"] == {"status": "ACCEPTED"}
    assert made["proposal"] == {
        "status": "ACCEPTED",
        "origin": "INVITATION",
        "seatNo": 1,
        "amount": {"amountMinor": "80000"},
    }
    assert (made["project"]["team"], made["project"]["clientContact"]) == (
        [{"id": f"mbr_{freelancer.membership_id.hex}"}],
        None,
    )


async def test_the_last_seat_sends_everybody_else_home(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    people = [await world.freelancer_side(f"Rival {number}") for number in range(4)]
    gig = await make_open_gig(world, client, seats=2)
    first, second = [await make_submitted_proposal(person, gig) for person in (freelancer, people[0])]
    offered = await make_offer(client, people[1], gig)
    drafted = (await people[2].do("createProposal", "proposal { id }", gigId=gig, amount=eur(5)))["proposal"]["id"]
    invitation = await make_invitation(client, people[3], gig)
    await accept_proposal(client, first)
    assert await status_of(client, "gig", gig) == "OPEN"
    assert await status_of(people[1], "proposal", offered) == "OFFERED"
    made = await accept_proposal(client, second, "proposal { seatNo gig { status } }")
    assert made["proposal"] == {"seatNo": 2, "gig": {"status": "FILLED"}}
    declined = "query($id: ID!) { proposal(id: $id) { status declineReason } }"
    assert (await people[1].ask(declined, id=offered))["proposal"] == {
        "status": "DECLINED",
        "declineReason": "GIG_FILLED",
    }
    assert await status_of(people[2], "proposal", drafted) == "EXPIRED"
    assert await status_of(people[3], "gigInvitation", invitation) == "REVOKED"
    late = await people[1].refused("acceptOffer", **await accepting(people[1], "acceptOffer", offered))
    assert late["code"] == "CONFLICT"
    again = await client.refused("acceptProposal", **await accepting(client, "acceptProposal", first))
    assert (again["code"], again["from"]) == ("WRONG_STATE", "ACCEPTED")
    assert await count(world, projects) == 2


async def test_a_repeat_with_the_same_key_makes_no_second_project(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client, seats=5)
    id_ = await make_submitted_proposal(freelancer, gig)
    input = await accepting(client, "acceptProposal", id_)
    select = "replayed project { id } proposal { seatNo }"
    first = await client.do("acceptProposal", select, **input)
    again = await client.do("acceptProposal", select, **input)
    assert again == first | {"replayed": True}
    reused = await client.refused("acceptProposal", **(input | {"expectedVersion": 9}))
    assert reused["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await count(world, projects) == 1


async def test_only_the_other_side_accepts_and_only_with_the_right(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    stranger, rival = await world.client_side("Stranger"), await world.freelancer_side("Rival")
    viewer = await colleague(world, client, Role.VIEWER)
    finance = await colleague(world, freelancer, Role.FINANCE)
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    for person, code in (
        (freelancer, "FORBIDDEN"),
        (viewer, "FORBIDDEN"),
        (stranger, "NOT_FOUND"),
        (rival, "NOT_FOUND"),
    ):
        refusal = await person.refused("acceptProposal", **await accepting(client, "acceptProposal", id_))
        assert refusal["code"] == code
    await client.do("offerProposal", "proposal { id }", proposalId=id_)
    for person, code in ((client, "FORBIDDEN"), (finance, "FORBIDDEN"), (rival, "NOT_FOUND")):
        refusal = await person.refused("acceptOffer", **await accepting(client, "acceptOffer", id_))
        assert refusal["code"] == code
    await nothing_happened(world)


async def test_what_changed_since_it_was_read_is_not_accepted(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    read = await accepting(client, "acceptProposal", id_)
    await freelancer.do("updateProposal", "proposal { id }", proposalId=id_, amount=eur(500_000))
    refusal = await client.refused("acceptProposal", **read)
    assert (refusal["code"], refusal["path"], refusal["currentVersion"]) == ("CONFLICT", ["expectedVersion"], 3)
    await nothing_happened(world)


async def test_outdated_terms_are_a_conflict_until_they_are_agreed_anew(world: World) -> None:
    client, freelancer, invited = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Invited"),
    )
    offered = await world.freelancer_side("Offered")
    gig = await make_open_gig(world, client, seats=3)
    proposal = await make_submitted_proposal(freelancer, gig)
    offer = await make_offer(client, offered, gig)
    invitation = await make_invitation(client, invited, gig, amount=eur(500), terms=TERMS)
    await client.do("updateGig", "gig { id }", gigId=gig, terms=TERMS)
    for person, mutation, id_ in (
        (client, "acceptProposal", proposal),
        (offered, "acceptOffer", offer),
        (invited, "acceptGigInvitation", invitation),
    ):
        refusal = await person.refused(mutation, **await accepting(person, mutation, id_))
        assert (refusal["code"], refusal["path"]) == ("CONFLICT", ["gigTermsVersion"])
    await nothing_happened(world)
    await freelancer.do("updateProposal", "proposal { id }", proposalId=proposal, terms=None)
    await accept_proposal(client, proposal)
    await client.do("revokeOffer", "proposal { id }", proposalId=offer)
    await client.do("offerProposal", "proposal { id }", proposalId=offer, terms=TERMS)
    await offered.do("acceptOffer", "project { id }", **await accepting(offered, "acceptOffer", offer))
    assert await count(world, projects) == 2


async def test_a_gig_that_is_not_open_and_a_suspended_organization_stop_an_acceptance(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    gig = await make_open_gig(world, client)
    id_ = await make_submitted_proposal(freelancer, gig)
    await client.do("pauseGig", "gig { id }", gigId=gig)
    paused = await client.refused("acceptProposal", **await accepting(client, "acceptProposal", id_))
    assert (paused["code"], paused["from"]) == ("WRONG_STATE", "PAUSED")
    await client.do("resumeGig", "gig { id }", gigId=gig)
    suspended = organizations.c.id == freelancer.organization_id
    await write(world, update(organizations).where(suspended).values(status=OrganizationStatus.SUSPENDED))
    refusal = await client.refused("acceptProposal", **await accepting(client, "acceptProposal", id_))
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "SUSPENDED", ["ACTIVE"])
    await nothing_happened(world)


async def test_an_offer_whose_week_is_over_is_not_accepted_even_where_nobody_has_noted_it(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    id_ = await make_offer(client, freelancer, await make_open_gig(world, client))
    world.clock.advance(timedelta(days=7))
    refusal = await freelancer.refused("acceptOffer", **await accepting(freelancer, "acceptOffer", id_))
    assert refusal["code"] == "WRONG_STATE"
    await nothing_happened(world)


async def test_a_cancelled_project_gives_its_seat_back(world: World) -> None:
    client, freelancer, rival = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Rival"),
    )
    gig = await make_open_gig(world, client)
    made = await accept_proposal(client, await make_submitted_proposal(freelancer, gig))
    await client.do(
        "cancelProject",
        "project { status }",
        projectId=made["project"]["id"],
        reason="A mistake.",
        idempotencyKey=world.key(),
    )
    assert await status_of(client, "gig", gig) == "OPEN"
    again = await accept_proposal(client, await make_submitted_proposal(rival, gig), "proposal { seatNo }")
    assert again["proposal"] == {"seatNo": 1}
