"""Milestones through the API: approving, sending back, silent consent, interim invoices."""

from datetime import datetime, timedelta
from typing import Any

from domain.ids import new_id
from domain.permissions import Role
from jobs.milestones import auto_approve
from tests.makers.colleagues import colleague
from tests.makers.projects import Made, approve, make_active_project, make_submitted_project, submit
from tests.makers.traces import events, nothing_changes
from tests.world import Person, World

MILESTONE = (
    "workStatus approvedVia approvedAt autoApproveAt tasks { status approvedBy { email } }"
    " invoices { nodes { kind status agreedAmount { decimal } total { decimal } } }"
)


async def shown(made: Made, number: int = 0, select: str = MILESTONE) -> Any:
    query = f"query($id: ID!) {{ milestone(id: $id) {{ {select} }} }}"
    return (await made.client.ask(query, id=made.milestones[number]))["milestone"]


async def approve_milestone(made: Made, number: int = 0, select: str = f"milestone {{ {MILESTONE} }}") -> Any:
    key = made.client.world.key()
    return await made.client.do("approveMilestone", select, milestoneId=made.milestones[number], idempotencyKey=key)


async def request_interim(made: Made, number: int = 0) -> Any:
    return await made.freelancer.do(
        "requestInterimInvoice",
        "milestone { interimRequestedAt workStatus } invoice { kind total { decimal } }",
        milestoneId=made.milestones[number],
        idempotencyKey=made.client.world.key(),
    )


async def test_the_client_approves_a_milestone_with_all_its_tasks(world: World) -> None:
    made = await make_submitted_project(world, tasks=(2,))
    done = await approve_milestone(
        made, select=f"replayed milestone {{ {MILESTONE} }} invoice {{ kind status }} project {{ status }}"
    )
    assert (done["milestone"]["workStatus"], done["milestone"]["approvedVia"]) == ("APPROVED", "CLIENT")
    assert done["milestone"]["autoApproveAt"] is None
    assert done["milestone"]["tasks"] == [{"status": "APPROVED", "approvedBy": {"email": made.client.email}}] * 2
    assert done["milestone"]["invoices"]["nodes"] == [
        {"kind": "MILESTONE", "status": "OPEN", "agreedAmount": {"decimal": "1150.00"}, "total": {"decimal": "1150.00"}}
    ]
    assert (done["invoice"], done["project"], done["replayed"]) == (
        {"kind": "MILESTONE", "status": "OPEN"},
        {"status": "COMPLETED"},
        False,
    )
    select = "submissions { nodes { decision decidedBy { email } } }"
    tasks = (await shown(made, select=f"tasks {{ {select} }}"))["tasks"]
    assert [one["submissions"]["nodes"][0]["decision"] for one in tasks] == ["APPROVED", "APPROVED"]


async def test_only_a_submitted_milestone_can_be_approved(world: World) -> None:
    made = await make_active_project(world, tasks=(2,))
    await submit(made, made.task)
    input = {"milestoneId": made.milestone, "idempotencyKey": world.key()}
    async with nothing_changes(world):
        refusal = await made.client.refused("approveMilestone", **input)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "IN_PROGRESS", ["SUBMITTED"])


async def test_a_milestone_is_sent_back_by_naming_tasks(world: World) -> None:
    made = await make_submitted_project(world, tasks=(3, 1))
    first, second, third = made.tasks[0]
    async with nothing_changes(world):
        for task_ids, code, path in (
            ([], "INVALID", ["taskIds"]),
            ([first, made.tasks[1][0]], "NOT_FOUND", ["taskIds", "1"]),
        ):
            refusal = await made.client.refused(
                "requestMilestoneChanges", milestoneId=made.milestone, taskIds=task_ids, note="Bluer."
            )
            assert (refusal["code"], refusal["path"]) == (code, path)
        empty = await made.client.refused(
            "requestMilestoneChanges", milestoneId=made.milestone, taskIds=[first], note=" "
        )
        assert (empty["code"], empty["path"]) == ("INVALID", ["note"])
    done = await made.client.do(
        "requestMilestoneChanges",
        "milestone { workStatus autoApproveAt tasks { status } } project { status }",
        milestoneId=made.milestone,
        taskIds=[first, third, first],
        note="Bluer.",
    )
    assert done["milestone"]["workStatus"] == "CHANGES_REQUESTED"
    assert done["milestone"]["autoApproveAt"] is None
    statuses = ["CHANGES_REQUESTED", "SUBMITTED", "CHANGES_REQUESTED"]
    assert [one["status"] for one in done["milestone"]["tasks"]] == statuses
    assert (await events(world, "milestone."))[-1] == "milestone.changes_requested"
    async with nothing_changes(world):
        again = await made.client.refused(
            "requestMilestoneChanges", milestoneId=made.milestone, taskIds=[second], note="Bluer."
        )
    assert (again["code"], again["from"]) == ("WRONG_STATE", "CHANGES_REQUESTED")


async def test_an_approved_task_cannot_be_sent_back_with_its_milestone(world: World) -> None:
    made = await make_submitted_project(world, tasks=(2,))
    await approve(made, made.task)
    async with nothing_changes(world):
        refusal = await made.client.refused(
            "requestMilestoneChanges", milestoneId=made.milestone, taskIds=made.tasks[0][::-1], note="Bluer."
        )
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "APPROVED")


async def test_silence_approves_exactly_when_its_time_has_come(world: World) -> None:
    made = await make_submitted_project(world, tasks=(2,), auto_approve_after_days=3)
    due_at = datetime.fromisoformat((await shown(made))["autoApproveAt"])
    assert await auto_approve(world.database, due_at - timedelta(microseconds=1)) == 0
    assert (await shown(made))["workStatus"] == "SUBMITTED"
    assert await auto_approve(world.database, due_at) == 1
    milestone = await shown(made)
    assert (milestone["workStatus"], milestone["approvedVia"], milestone["autoApproveAt"]) == (
        "APPROVED",
        "TIMER",
        None,
    )
    assert datetime.fromisoformat(milestone["approvedAt"]) == due_at
    assert milestone["tasks"] == [{"status": "APPROVED", "approvedBy": None}] * 2
    assert len(milestone["invoices"]["nodes"]) == 1
    assert await auto_approve(world.database, due_at) == 0


async def test_the_worker_approves_silence_in_time(world: World) -> None:
    made = await make_submitted_project(world, auto_approve_after_days=3)
    world.clock.advance(timedelta(days=3))
    await world.settle()
    project = await made.client.ask("query($id: ID!) { project(id: $id) { status } }", id=made.id)
    assert project["project"]["status"] == "COMPLETED"


async def test_on_hold_silence_waits_and_goes_on_afterwards(world: World) -> None:
    made = await make_submitted_project(world, auto_approve_after_days=3)
    world.clock.advance(timedelta(days=2))
    await made.client.do("pauseProject", "project { id }", projectId=made.id)
    world.clock.advance(timedelta(days=10))
    await world.settle()
    assert (await shown(made))["workStatus"] == "SUBMITTED"
    await made.client.do("resumeProject", "project { id }", projectId=made.id)
    world.clock.advance(timedelta(hours=23))
    await world.settle()
    assert (await shown(made))["workStatus"] == "SUBMITTED"
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert (await shown(made))["workStatus"] == "APPROVED"


async def test_every_submission_starts_the_clock_afresh(world: World) -> None:
    made = await make_submitted_project(world, auto_approve_after_days=3)
    world.clock.advance(timedelta(days=2))
    await made.client.do("requestTaskChanges", "task { id }", taskId=made.task, note="Bluer.")
    world.clock.advance(timedelta(days=2))
    await submit(made, made.task)
    world.clock.advance(timedelta(days=2))
    await world.settle()
    assert (await shown(made))["workStatus"] == "SUBMITTED"
    world.clock.advance(timedelta(days=1))
    await world.settle()
    assert (await shown(made))["workStatus"] == "APPROVED"


async def test_an_interim_invoice_is_issued_at_once_for_an_approved_milestone(world: World) -> None:
    made = await make_submitted_project(world, "COMPLETION", (1, 1), budget_minor=330_000)
    done = await approve(made, made.task, select="invoice { kind } project { status }")
    assert done == {"invoice": None, "project": {"status": "ACTIVE"}}
    done = await request_interim(made)
    assert done["invoice"] == {"kind": "INTERIM", "total": {"decimal": "1452.00"}}
    assert done["milestone"]["interimRequestedAt"] is not None


async def test_an_interim_request_is_kept_until_the_approval_and_comes_once(world: World) -> None:
    made = await make_submitted_project(world, "COMPLETION", (1, 1), budget_minor=330_000)
    done = await request_interim(made)
    assert (done["invoice"], done["milestone"]["workStatus"]) == (None, "SUBMITTED")
    input = {"milestoneId": made.milestone, "idempotencyKey": world.key()}
    async with nothing_changes(world):
        again = await made.freelancer.refused("requestInterimInvoice", **input)
    assert (again["code"], again["from"]) == ("WRONG_STATE", "SUBMITTED")
    approved = await approve(made, made.task, select="invoice { kind total { decimal } }")
    assert approved["invoice"] == {"kind": "INTERIM", "total": {"decimal": "1452.00"}}
    async with nothing_changes(world):
        late = await made.freelancer.refused("requestInterimInvoice", **input)
    assert (late["code"], late["from"]) == ("WRONG_STATE", "APPROVED")


async def test_no_interim_invoice_where_it_would_bill_twice(world: World) -> None:
    each = await make_submitted_project(world)
    complete = await make_submitted_project(world, "COMPLETION", budget_minor=55_000)
    await approve(complete, complete.task)
    for made, state in ((each, "SUBMITTED"), (complete, "COMPLETED")):
        input = {"milestoneId": made.milestone, "idempotencyKey": world.key()}
        async with nothing_changes(world):
            refusal = await made.freelancer.refused("requestInterimInvoice", **input)
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", state)


async def test_actions_of_a_milestone_know_project_and_tasks(world: World) -> None:
    each = await make_active_project(world)
    complete = await make_active_project(world, "COMPLETION", (50,))
    member = await colleague(world, each.freelancer, Role.MEMBER)
    query = "query($id: ID!) { milestone(id: $id) { availableActions { action allowed reason } } }"

    async def actions(made: Made, by: Person) -> dict[str, str | None]:
        found = (await by.ask(query, id=made.milestone))["milestone"]["availableActions"]
        assert all(one["allowed"] == (one["reason"] is None) for one in found)
        return {one["action"]: one["reason"] for one in found}

    theirs = dict.fromkeys(("requestMilestoneChanges", "approveMilestone", "fundMilestone"), "FORBIDDEN")
    assert await actions(each, each.freelancer) == {"addTask": None, "requestInterimInvoice": "WRONG_STATE", **theirs}
    assert await actions(each, member) == {"addTask": "FORBIDDEN", "requestInterimInvoice": "FORBIDDEN", **theirs}
    assert await actions(complete, complete.freelancer) == {
        "addTask": "LIMIT_REACHED",
        "requestInterimInvoice": None,
        **theirs,
    }
    assert await actions(complete, complete.client) == {
        "addTask": "FORBIDDEN",
        "requestInterimInvoice": "FORBIDDEN",
        "requestMilestoneChanges": "WRONG_STATE",
        "approveMilestone": "WRONG_STATE",
        "fundMilestone": "WRONG_STATE",
    }


async def test_each_side_has_its_own_verbs_and_strangers_have_none(world: World) -> None:
    made = await make_submitted_project(world, "COMPLETION")
    stranger = await world.client_side("Stranger")
    member = await colleague(world, made.freelancer, Role.MEMBER)
    finance = await colleague(world, made.client, Role.FINANCE)
    key = {"idempotencyKey": world.key()}
    verbs: list[tuple[str, Any, Any, dict[str, Any]]] = [
        ("approveMilestone", made.freelancer, finance, key),
        ("requestMilestoneChanges", made.freelancer, finance, {"taskIds": [made.task], "note": "Bluer."}),
        ("requestInterimInvoice", made.client, member, key),
    ]
    async with nothing_changes(world):
        for name, wrong_side, low_role, more in verbs:
            for by in (wrong_side, low_role):
                assert (await by.refused(name, milestoneId=made.milestone, **more))["code"] == "FORBIDDEN", name
            foreign = await stranger.refused(name, milestoneId=made.milestone, **more)
            assert foreign["code"] == "NOT_FOUND", name
            assert foreign == await stranger.refused(name, milestoneId=f"mst_{new_id().hex}", **more)
    query = "query($id: ID!) { milestone(id: $id) { id } }"
    assert (await stranger.ask(query, id=made.milestone))["milestone"] is None
