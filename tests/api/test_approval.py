"""Approving tasks through the API: one transaction with all that follows, exactly once whoever repeats it."""

import asyncio
from collections import Counter
from typing import Any

from tests.makers.projects import Made, approve, make_active_project, make_submitted_project, submit
from tests.makers.traces import events, nothing_changes
from tests.world import World

EVERYTHING = (
    "replayed task { status approvedAt } milestone { workStatus approvedVia } invoice { id kind number }"
    " project { status }"
)


async def invoices_of(made: Made) -> list[dict[str, Any]]:
    query = "query($id: ID!) { project(id: $id) { invoices { nodes { id kind total { decimal } } } } }"
    found: list[dict[str, Any]] = (await made.client.ask(query, id=made.id))["project"]["invoices"]["nodes"]
    return found


async def test_approving_the_only_task_approves_bills_and_completes(world: World) -> None:
    made = await make_submitted_project(world)
    done = await approve(made, made.task, select=EVERYTHING)
    assert done["task"]["status"] == "APPROVED"
    assert done["milestone"] == {"workStatus": "APPROVED", "approvedVia": "TASKS"}
    assert done["invoice"]["kind"] == "MILESTONE"
    assert done["project"] == {"status": "COMPLETED"}
    told = await events(world, "task.approved", "milestone.approved", "invoice.opened", "project.completed")
    assert sorted(told) == ["invoice.opened", "milestone.approved", "project.completed", "task.approved"]


async def test_the_invoice_of_an_approved_milestone_charges_the_client(world: World) -> None:
    made = await make_submitted_project(world)
    await approve(made, made.task)
    await world.settle()
    query = (
        "query($id: ID!) { project(id: $id) { invoices { nodes { status } } budgetSummary { remaining { decimal } } } }"
    )
    project = (await made.client.ask(query, id=made.id))["project"]
    assert project == {"invoices": {"nodes": [{"status": "PAID"}]}, "budgetSummary": {"remaining": {"decimal": "0.00"}}}


async def test_several_tasks_approve_no_milestone_unless_the_terms_say_so(world: World) -> None:
    for setting, status in ((None, "SUBMITTED"), (True, "APPROVED")):
        made = await make_submitted_project(world, tasks=(2,), auto_approve_milestones=setting)
        first = await approve(made, made.tasks[0][0], select="milestone { workStatus }")
        assert first["milestone"]["workStatus"] == "SUBMITTED"
        last = await approve(made, made.tasks[0][1], select="milestone { workStatus }")
        assert last["milestone"]["workStatus"] == status


async def test_only_the_newest_submission_can_be_approved(world: World) -> None:
    made = await make_submitted_project(world)
    await made.freelancer.do("withdrawSubmission", "task { id }", taskId=made.task)
    await submit(made, made.task, "A better one.")
    async with nothing_changes(world):
        refusal = await made.client.refused("approveTask", taskId=made.task, revision=1, idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("CONFLICT", ["revision"])
    done = await approve(made, made.task, revision=2)
    assert done["project"] == {"status": "COMPLETED"}


async def test_an_approved_task_is_final(world: World) -> None:
    made = await make_submitted_project(world, tasks=(2,))
    await approve(made, made.task)
    attempts: list[tuple[Any, str, dict[str, Any]]] = [
        (made.client, "approveTask", {"revision": 1, "idempotencyKey": world.key()}),
        (made.client, "requestTaskChanges", {"note": "Bluer."}),
        (made.freelancer, "withdrawSubmission", {}),
        (made.freelancer, "startTask", {}),
        (made.freelancer, "submitTask", {"note": "Again."}),
        (made.freelancer, "cancelTask", {}),
    ]
    async with nothing_changes(world):
        for by, name, more in attempts:
            refusal = await by.refused(name, taskId=made.task, **more)
            assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "APPROVED"), name


async def test_a_key_belongs_to_its_input(world: World) -> None:
    made = await make_submitted_project(world, tasks=(2,))
    key = world.key()
    await made.client.do("approveTask", "replayed", taskId=made.task, revision=1, idempotencyKey=key)
    async with nothing_changes(world):
        refusal = await made.client.refused("approveTask", taskId=made.tasks[0][1], revision=1, idempotencyKey=key)
    assert refusal["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_twenty_rivals_with_different_keys_make_one_approval_and_one_invoice(world: World) -> None:
    made = await make_submitted_project(world)
    rivals = [
        made.client.attempt("approveTask", EVERYTHING, taskId=made.task, revision=1, idempotencyKey=world.key())
        for _ in range(20)
    ]
    answers = await asyncio.gather(*rivals)
    refused = [answer for answer in answers if "code" in answer]
    assert Counter((answer["code"], answer["from"]) for answer in refused) == {("WRONG_STATE", "APPROVED"): 19}
    (winner,) = (answer for answer in answers if "code" not in answer)
    assert (winner["task"]["status"], winner["replayed"]) == ("APPROVED", False)
    assert [one["id"] for one in await invoices_of(made)] == [winner["invoice"]["id"]]
    assert (await events(world, "task.approved", "milestone.approved")).count("milestone.approved") == 1


async def test_twenty_repeats_with_one_key_have_one_effect_and_one_answer(world: World) -> None:
    made = await make_submitted_project(world)
    input = {"taskId": made.task, "revision": 1, "idempotencyKey": world.key()}
    answers = await asyncio.gather(*(made.client.attempt("approveTask", EVERYTHING, **input) for _ in range(20)))
    assert Counter(answer.pop("replayed") for answer in answers) == {False: 1, True: 19}
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["task"]["status"] == "APPROVED"
    assert len(await invoices_of(made)) == 1


async def test_the_last_two_milestones_approved_at_once_complete_the_project_once(world: World) -> None:
    made = await make_active_project(world, "COMPLETION", (1, 1), budget_minor=330_000)
    for tasks in made.tasks:
        await submit(made, tasks[0])
    await asyncio.gather(*(approve(made, tasks[0]) for tasks in made.tasks))
    kinds = sorted((one["kind"], one["total"]["decimal"]) for one in await invoices_of(made))
    assert kinds == [("FINAL", "2904.00"), ("UPFRONT", "396.00")]
    assert (await events(world, "project.completed")) == ["project.completed"]


async def test_an_answer_and_a_withdrawal_at_once_have_one_winner(world: World) -> None:
    made = await make_submitted_project(world)
    approving = made.client.attempt(
        "approveTask", "task { status }", taskId=made.task, revision=1, idempotencyKey=world.key()
    )
    taking_back = made.freelancer.attempt("withdrawSubmission", "task { status }", taskId=made.task)
    answers = await asyncio.gather(approving, taking_back)
    assert sorted("code" in answer for answer in answers) == [False, True]
    (refusal,) = (answer for answer in answers if "code" in answer)
    assert refusal["code"] == "WRONG_STATE"
