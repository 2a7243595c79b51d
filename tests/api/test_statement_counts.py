"""How many statements a query costs: one for each edge, however many objects there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

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

# Each with the number of its levels: one statement for the list, and one for every edge below it.
DEEP = {
    "gigs": (
        """query($first: Int) { gigs(first: $first) { nodes {
          title organization { name }
          proposals(first: $first) { nodes { amount { decimal } freelancerOrganization { name } gig { title } } }
        } } }""",
        5,
    ),
    "projects": (
        """query($first: Int) { projects(first: $first) { nodes {
          title milestones { title tasks { title submissions(first: $first) { nodes { note } } } }
        } } }""",
        4,
    ),
    "invoices": (
        """query($first: Int) { invoices(first: $first) { nodes {
          number lines { description } customer { name } recipient { name }
          payments(first: $first) { nodes { status method { label } } }
        } } }""",
        6,
    ),
}


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that the block sends to the database."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def cost_of(world: World, client: Person) -> int:
    with counted(world) as sent:
        await client.ask(PROJECTS)
    return len(sent)


async def test_a_query_costs_the_same_whether_it_finds_one_project_or_six(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await make_project(world, tasks=(2,), client=client, freelancer=freelancer)
    alone = await cost_of(world, client)
    for number in range(5):
        await make_project(world, tasks=(1, 3, 2), client=client, freelancer=freelancer, title=f"Shop {number}")
    assert await cost_of(world, client) == alone


@pytest.mark.parametrize("list_", DEEP)
async def test_a_page_of_a_hundred_costs_as_many_statements_as_a_page_of_one(world: World, list_: str) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    customer = await make_customer(freelancer, client)
    for number in range(MORE_THAN_A_PAGE):
        if list_ == "invoices":
            await opened(world, freelancer, await make_draft(freelancer, customer))
        else:
            await make_project(world, tasks=(1, 2), client=client, freelancer=freelancer, title=f"Shop {number}")
    query, levels = DEEP[list_]
    costs, found = [], []
    # The first request in a minute also notes that the session was seen; what was made above may have taken longer.
    await client.ask("{ __typename }")
    for first in PAGES:
        with counted(world) as sent:
            answer = await client.ask(query, first=first)
        costs.append(len(sent))
        found.append(len(answer[list_]["nodes"]))
    assert found == [1, 20, MORE_THAN_A_PAGE]
    assert len(set(costs)) == 1, costs
    # One more reads the session.
    assert costs[0] <= levels + 1
