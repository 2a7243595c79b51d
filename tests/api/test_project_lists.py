"""Figures and lists of projects through the API."""

from typing import Any

from tests.makers.projects import Made, approve, make_active_project, make_project, make_submitted_project
from tests.world import Person, World

PROJECT = "query($id: ID!) { project(id: $id) { %s } }"


async def shown(made: Made, select: str, by: Person | None = None) -> Any:
    return (await (by or made.client).ask(PROJECT % select, id=made.id))["project"]


async def test_figures_follow_the_money_and_the_tasks(world: World) -> None:
    made = await make_submitted_project(world, "COMPLETION", (1, 3), budget_minor=330_000)
    await made.freelancer.do(
        "requestInterimInvoice", "milestone { id }", milestoneId=made.milestone, idempotencyKey=world.key()
    )
    await approve(made, made.task)
    figures = "budget invoiced paid remaining upfront"
    select = f"progress budgetSummary {{ {' '.join(f'{name} {{ decimal }}' for name in figures.split())} }}"

    async def now() -> tuple[int, list[str]]:
        project = await shown(made, select, made.freelancer)
        return project["progress"], [project["budgetSummary"][name]["decimal"] for name in figures.split()]

    assert await now() == (25, ["3300.00", "1848.00", "396.00", "2904.00", "396.00"])
    await world.settle()
    assert await now() == (25, ["3300.00", "1848.00", "1848.00", "1452.00", "396.00"])


async def test_projects_are_found_by_state_side_gig_text_and_date(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    bread = await make_project(world, client=client, freelancer=freelancer, title="Bread shop")
    cakes = await make_active_project(world, client=client, freelancer=freelancer, title="Cake shop", delivery_days=5)
    await make_project(world, title="Somebody else's shop")
    due_on = (await shown(cakes, "dueOn"))["dueOn"]
    query = "query($f: ProjectFilter, $o: [ProjectOrder!]) { projects(filter: $f, orderBy: $o) { nodes { title } } }"

    async def titles(by: Person = client, order: Any = None, **filter: Any) -> list[str]:
        found = await by.ask(query, f=filter, o=order)
        return [one["title"] for one in found["projects"]["nodes"]]

    assert await titles() == ["Cake shop", "Bread shop"]
    assert await titles(freelancer, text="bread") == ["Bread shop"]
    assert await titles(status=["ACTIVE"]) == ["Cake shop", "Bread shop"]
    assert await titles(status=["PENDING_ACTIVATION"]) == []
    assert await titles(side="CLIENT", text="cake") == ["Cake shop"]
    assert await titles(side="FREELANCER") == []
    assert await titles(gigId=f"gig_{bread.gig_id.hex}") == ["Bread shop"]
    assert await titles(dueFrom=due_on, dueTo=due_on) == ["Cake shop"]
    by_date = [{"field": "DUE_ON", "direction": "ASC"}]
    assert await titles(order=by_date) == ["Cake shop", "Bread shop"]
    assert await titles(await world.staff()) == ["Somebody else's shop", "Cake shop", "Bread shop"]


async def test_projects_page_by_date_with_undated_ones_last(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    for title, days in (("Late", 9), ("Early", 3)):
        await make_active_project(world, client=client, freelancer=freelancer, title=title, delivery_days=days)
    poor = await world.client_side("No money")
    await make_project(world, client=poor, freelancer=freelancer, title="Undated")
    query = (
        "query($after: Cursor) { projects(first: 1, after: $after, orderBy: [{field: DUE_ON, direction: ASC}])"
        " { nodes { title } pageInfo { endCursor hasNextPage } } }"
    )
    titles, after, more = [], None, True
    while more:
        page = (await freelancer.ask(query, after=after))["projects"]
        titles += [one["title"] for one in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert titles == ["Early", "Late", "Undated"]
