"""Dashboards: every figure equals what its rows come to, for whoever may know it."""

from datetime import timedelta

from domain.organizations import OrganizationKind
from domain.permissions import Role
from tests.client import Client
from tests.contract.busy_platform import make_busy
from tests.makers.credit_holders import make_used_credits
from tests.makers.dashboards import DASHBOARD, dashboard_of, recomputed
from tests.makers.escrow import make_funded_project
from tests.makers.invoices import make_customer, make_draft, opened
from tests.makers.keys import make_key
from tests.world import World

NOTHING = {
    "work": dict.fromkeys(
        (
            *("openGigs", "proposalsReceived", "proposalsSent", "offersReceived", "offersSent", "activeProjects"),
            *("milestonesToApprove", "milestonesToSubmit", "milestonesAwaitingApproval"),
            *("milestonesAwaitingSubmission", "openTasks"),
        ),
        0,
    ),
    "invoices": {"issued": [], "received": []},
    "money": {"wallets": [], "escrow": [], "pendingApprovals": 0},
    "credits": "0",
}


async def test_every_figure_is_what_its_rows_come_to_and_moves_on_with_the_clock(world: World) -> None:
    busy = await make_busy(world)
    client, freelancer = busy.client, busy.freelancer
    await make_funded_project(world, client=client, freelancer=freelancer)
    await make_used_credits(world, client)
    shown = {}
    for days in (0, 20, 20):
        world.clock.advance(timedelta(days=days))
        for person in (client, freelancer):
            shown[person.email] = await dashboard_of(person)
            assert shown[person.email] == await recomputed(world, person.organization_id)
        totals = {one["currency"]: one for one in shown[freelancer.email]["invoices"]["issued"]}
        if days == 0:
            assert all(shown[client.email]["work"][name] for name in ("openGigs", "proposalsReceived", "offersSent"))
            assert shown[client.email]["credits"] == "18"
            assert [one["currency"] for one in shown[freelancer.email]["money"]["escrow"]] == ["EUR"]
            assert totals["EUR"]["paidCount"] > 0 == totals["EUR"]["overdueCount"]
    assert totals.keys() == {"EUR", "JPY", "KWD"}
    assert [totals["JPY"]["overdueCount"], totals["EUR"]["paidCount"]] == [1, 0]


async def test_what_others_have_never_counts_and_is_not_shown(world: World) -> None:
    busy, stranger = await make_busy(world), await world.client_side("Contoso")
    assert await dashboard_of(stranger) == NOTHING == await recomputed(world, stranger.organization_id)
    others = await stranger.ask(DASHBOARD, id=f"org_{busy.client.organization_id.hex}")
    assert others == {"dashboard": None}


async def test_each_group_is_for_those_who_may_know_it(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Northwind")
    owner = await world.join(company, Role.OWNER)
    whole = await dashboard_of(owner)
    assert whole == NOTHING
    for role in (Role.MEMBER, Role.VIEWER):
        assert await dashboard_of(await world.join(company, role)) == whole | {"money": None}
    for group, scope in (("work", "work:read"), ("invoices", "invoices:read"), ("credits", "credits:read")):
        program = await make_key(owner, scope)
        found = await program.ask(DASHBOARD, id=f"org_{company.id.hex}")
        assert found["dashboard"] == dict.fromkeys(whole) | {group: whole[group]}


async def test_a_dashboard_costs_one_statement_whatever_there_is(world: World) -> None:
    issuer, recipient = await world.freelancer_side(), await world.client_side()
    customer = await make_customer(issuer, recipient)
    async with Client.serving(world.database, world.clock, is_planned=True) as server:
        costs, totals = list[int](), list[int]()
        for more in (10, 90):
            for _ in range(more):
                await opened(world, issuer, await make_draft(issuer, customer))
            # From the second time on a plan answers.
            for _ in range(2):
                before = server.statements
                found = await server.ask(DASHBOARD, issuer.token, id=f"org_{issuer.organization_id.hex}")
                costs.append(server.statements - before)
            [issued] = found["dashboard"]["invoices"]["issued"]
            totals += issued["openCount"], int(issued["openAmount"]["amountMinor"])
    assert (costs, totals) == ([1] * 4, [10, 100_000, 100, 1_000_000])
