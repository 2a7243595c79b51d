"""How many statements a query costs: one for each edge, however many objects there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

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
