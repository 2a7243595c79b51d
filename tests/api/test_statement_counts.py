"""How many statements a query costs: one for each edge, however many objects there are."""

from typing import Any

import pytest

from tests.client import Client
from tests.makers.invoices import make_customer, make_draft, opened
from tests.makers.projects import make_project
from tests.world import Person, World

PROJECTS = """{ projects(first: 100) { nodes {
  title gig { title } freelancerOrganization { name } team { role } progress budgetSummary { paid { decimal } }
  milestones {
    title availableActions { action } invoices { nodes { number } }
    tasks { title availableActions { action } }
  }
  history { nodes { action user { displayName } } }
} } }"""


PAGES = (1, 20, 100)
MORE_THAN_A_PAGE = 22

# Each with the statements of the ordinary executor, one for the list and for every edge below it, and those of its
# plan, which needs more than one where there is a page in a list.
DEEP = {
    "gigs": (
        """query($first: Int) { gigs(first: $first) { nodes {
          title organization { name }
          proposals(first: $first) { nodes { amount { decimal } freelancerOrganization { name } gig { title } } }
        } } }""",
        5,
        2,
    ),
    "projects": (
        """query($first: Int) { projects(first: $first) { nodes {
          title milestones { title tasks { title submissions(first: $first) { nodes { note } } } }
        } } }""",
        4,
        4,
    ),
    "invoices": (
        """query($first: Int) { invoices(first: $first) { nodes {
          number lines { description } customer { name } recipient { name }
          payments(first: $first) { nodes { status method { label } } }
        } } }""",
        5,
        2,
    ),
}


async def cost_of(server: Client, person: Person, query: str, **variables: Any) -> int:
    before = server.statements
    await server.ask(query, person.token, **variables)
    return server.statements - before


@pytest.mark.parametrize("is_planned", [False, True])
async def test_a_query_costs_the_same_whether_it_finds_one_project_or_six(world: World, is_planned: bool) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    async with Client.serving(world.database, world.clock, is_planned=is_planned) as server:
        await make_project(world, tasks=(2,), client=client, freelancer=freelancer)
        # From the second time on a plan answers.
        await server.ask(PROJECTS, client.token)
        alone = await cost_of(server, client, PROJECTS)
        for number in range(5):
            await make_project(world, tasks=(1, 3, 2), client=client, freelancer=freelancer, title=f"Shop {number}")
        assert 0 < await cost_of(server, client, PROJECTS) == alone


@pytest.mark.parametrize("list_", DEEP)
async def test_a_page_of_a_hundred_costs_as_many_statements_as_a_page_of_one(world: World, list_: str) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    customer = await make_customer(freelancer, client)
    for number in range(MORE_THAN_A_PAGE):
        if list_ == "invoices":
            await opened(world, freelancer, await make_draft(freelancer, customer))
        else:
            await make_project(world, tasks=(1, 2), client=client, freelancer=freelancer, title=f"Shop {number}")
    query, levels, planned = DEEP[list_]
    for is_planned, expected in ((False, levels), (True, planned)):
        async with Client.serving(world.database, world.clock, is_planned=is_planned) as server:
            found = await server.ask(query, client.token, first=100)
            assert len(found[list_]["nodes"]) == MORE_THAN_A_PAGE
            costs = [await cost_of(server, client, query, first=first) for first in PAGES]
        assert costs == [expected] * len(PAGES)
