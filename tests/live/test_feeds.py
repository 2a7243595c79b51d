"""Feeds of projects and invoices: both sides hear the same, each message shows the object as it is then."""

from typing import Any

from domain.ids import new_id
from domain.permissions import Role
from tests.live.sockets import Socket
from tests.makers.colleagues import colleague
from tests.makers.invoices import make_customer, make_draft, opened
from tests.makers.projects import approve, make_active_project, submit
from tests.world import World

PROJECT = (
    "subscription($id: ID!, $after: Cursor) { projectActivity(projectId: $id, after: $after)"
    " { cursor event { type } project { id status } } }"
)
INVOICES = (
    "subscription($id: ID!, $after: Cursor) { invoiceUpdated(organizationId: $id, after: $after)"
    " { cursor event { type subjectId } invoice { id status number } } }"
)


async def test_both_sides_of_a_project_follow_it_to_its_end(world: World, live: str) -> None:
    made = await make_active_project(world)
    cursor = (await made.client.ask("{ liveCursor }"))["liveCursor"]
    heard: list[list[dict[str, Any]]] = []
    await submit(made, made.task)
    await approve(made, made.task)
    viewer = await colleague(world, made.freelancer, Role.VIEWER)
    for person in (made.client, made.freelancer, viewer):
        async with Socket.opened(live, person.token) as socket:
            await socket.subscribe(PROJECT, id=made.id, after=cursor)
            updates = [await socket.next()]
            while updates[-1]["event"]["type"] != "project.completed":
                updates.append(await socket.next())
            heard.append([update["event"] for update in updates])
            assert updates[-1]["project"]["id"] == made.id
    assert heard[0] == heard[1] == heard[2]
    types = [event["type"] for event in heard[0]]
    expected = {"task.submitted", "task.approved", "milestone.approved", "invoice.opened", "project.completed"}
    assert expected <= set(types)
    assert types.index("task.submitted") < types.index("task.approved") < types.index("project.completed")


async def test_a_project_does_not_exist_for_strangers(world: World, live: str) -> None:
    made, stranger = await make_active_project(world), await world.client_side()
    async with Socket.opened(live, stranger.token) as socket:
        messages = []
        for number, id_ in enumerate((made.id, f"prj_{new_id().hex}")):
            await socket.subscribe(PROJECT, str(number), id=id_)
            messages.append((await socket.error(str(number)))["message"])
    assert messages == ["There is no such project, or you may not see it."] * 2


async def test_the_recipient_hears_of_an_invoice_when_it_is_opened_and_never_of_the_draft(
    world: World, live: str
) -> None:
    issuer, recipient = await world.freelancer_side(), await world.client_side()
    customer = await make_customer(issuer, recipient)
    cursor = (await issuer.ask("{ liveCursor }"))["liveCursor"]
    draft = await make_draft(issuer, customer)
    await world.settle()
    number = (await opened(world, issuer, draft))["number"]
    heard: dict[str, list[str]] = {}
    for person in (issuer, recipient):
        async with Socket.opened(live, person.token) as socket:
            await socket.subscribe(INVOICES, id=f"org_{person.organization_id.hex}", after=cursor)
            updates = [await socket.next()]
            while updates[-1]["event"]["type"] != "invoice.opened":
                updates.append(await socket.next())
            assert updates[-1]["invoice"] == {"id": draft, "status": "OPEN", "number": number}
            assert {update["event"]["subjectId"] for update in updates} == {draft}
            heard[person.token] = [update["event"]["type"] for update in updates]
    assert heard[recipient.token] == ["invoice.opened"]
    assert heard[issuer.token][-1] == "invoice.opened"


async def test_invoices_of_another_organization_cannot_be_followed(world: World, live: str) -> None:
    issuer, stranger = await world.freelancer_side(), await world.client_side()
    async with Socket.opened(live, stranger.token) as socket:
        await socket.subscribe(INVOICES, id=f"org_{issuer.organization_id.hex}")
        fault = await socket.error()
    assert fault["message"] == "There is no such organization, or you may not see it."
    assert fault["extensions"]["argument"] == ["organizationId"]
