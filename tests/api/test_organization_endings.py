"""Closing an organization: only once everything has come to its end, and then for good."""

import asyncio

import pytest
from sqlalchemy import update

from domain.permissions import Role
from persistence.tables.identity import sessions
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.credit_control import give_credits, spend_some
from tests.makers.escrow import make_funded_project
from tests.makers.gigs import make_open_gig
from tests.makers.invoices import make_open_invoice
from tests.makers.keys import make_key
from tests.makers.payment_methods import make_method
from tests.makers.projects import make_active_project
from tests.makers.proposals import make_submitted_proposal
from tests.makers.rows import write
from tests.makers.traces import nothing_changes
from tests.world import Person, World


def id_of(person: Person) -> str:
    return f"org_{person.organization_id.hex}"


async def still_open(person: Person) -> list[str]:
    refusal = await person.refused("closeOrganization", organizationId=id_of(person))
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "ACTIVE")
    assert {tuple(one["path"]) for one in refusal["problems"]} == {("organizationId",)}
    return [one["message"] for one in refusal["problems"]]


async def test_what_is_open_is_listed(world: World) -> None:
    held, _ = await make_funded_project(world)
    made = await make_active_project(world)
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await make_open_gig(world, client)
    invoice = await make_open_invoice(world, freelancer, client)
    async with nothing_changes(world):
        assert await still_open(held.client) == ["1 project that has not ended", "1 hold in escrow"]
        assert await still_open(held.freelancer) == ["1 project that has not ended", "1 hold in escrow"]
        assert (await still_open(made.client))[0] == "1 project that has not ended"
        assert await still_open(client) == ["1 gig that is open or paused", "1 open invoice"]
        assert await still_open(freelancer) == ["1 open invoice"]
    await make_method(client)
    await client.do("payInvoice", "payment { id }", invoiceId=invoice, idempotencyKey=world.key())
    await world.settle()
    assert await still_open(freelancer) == ["1 balance in a wallet"]
    assert await still_open(client) == ["1 gig that is open or paused"]


async def test_credits_that_are_left_keep_an_organization_open(world: World) -> None:
    owner = await world.client_side()
    await give_credits(world, owner.organization_id, 10)
    assert await still_open(owner) == ["1 balance of credits"]
    await spend_some(world, owner.organization_id, 10)
    await owner.do("closeOrganization", "organization { status }", organizationId=id_of(owner))


async def test_a_closed_organization_reads_and_does_nothing_else(world: World) -> None:
    owner = await world.client_side()
    member, key = await colleague(world, owner, Role.MEMBER), await make_key(owner, "work:read")
    invited = await owner.do("inviteMember", "invitation { id }", email="new@example.com", role="VIEWER")
    closed = await owner.do(
        "closeOrganization", "organization { status availableActions { action allowed } }", organizationId=id_of(owner)
    )
    assert closed["organization"]["status"] == "CLOSED"
    assert not any(one["allowed"] for one in closed["organization"]["availableActions"])
    viewer = (await member.ask("{ viewer { permissions } gigs { totalCount } }"))["viewer"]
    assert all(one.endswith(":read") for one in viewer["permissions"])
    assert (await member.refused("createGig", title="A website", currency="EUR"))["code"] == "FORBIDDEN"
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await key.ask("{ gigs { totalCount } }")
    query = "query($id: ID!) { node(id: $id) { ... on Invitation { status } } }"
    assert (await owner.ask(query, id=invited["invitation"]["id"]))["node"] == {"status": "REVOKED"}
    again = await owner.refused("closeOrganization", organizationId=id_of(owner))
    assert again["code"] == "FORBIDDEN"


async def test_only_owners_who_have_just_shown_who_they_are_close(world: World) -> None:
    owner, stranger = await world.client_side(), await world.client_side("Elsewhere")
    admin = await colleague(world, owner, Role.ADMIN)
    async with nothing_changes(world):
        assert (await admin.refused("closeOrganization", organizationId=id_of(owner)))["code"] == "FORBIDDEN"
        assert (await stranger.refused("closeOrganization", organizationId=id_of(owner)))["code"] == "NOT_FOUND"
        mine = sessions.c.user_id == owner.user_id
        await write(world, update(sessions).where(mine).values(reauthenticated_at=None))
        refusal = await owner.refused("closeOrganization", organizationId=id_of(owner))
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["reauthentication"])


async def test_an_organization_that_is_closed_while_its_offer_is_accepted_gets_no_project(world: World) -> None:
    for _ in range(5):
        client, freelancer = await world.client_side(), await world.freelancer_side()
        gig = await make_open_gig(world, client)
        proposal = await make_submitted_proposal(freelancer, gig)
        version = "query($id: ID!) { proposal(id: $id) { version } }"
        expected = (await client.ask(version, id=proposal))["proposal"]["version"]
        accepting = {"proposalId": proposal, "expectedVersion": expected, "idempotencyKey": world.key()}
        closed, accepted = await asyncio.gather(
            freelancer.attempt("closeOrganization", "organization { id }", organizationId=id_of(freelancer)),
            client.attempt("acceptProposal", "project { id }", **accepting),
        )
        codes = sorted(answer.get("code", "done") for answer in (closed, accepted))
        assert codes == ["WRONG_STATE", "done"], (closed, accepted)
