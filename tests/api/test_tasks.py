"""Tasks through the API: splitting, assigning, delivering, sending back, and everybody's own list."""

from datetime import date, timedelta
from typing import Any

from domain.ids import new_id
from domain.permissions import Role
from tests.makers.colleagues import colleague
from tests.makers.projects import Made, approve, make_active_project, make_project, make_submitted_project, submit
from tests.makers.traces import events, nothing_changes
from tests.world import Person, World

TASK = "task { id status revision } milestone { workStatus }"


async def shown(made: Made, task: str, select: str, by: Person | None = None) -> Any:
    query = f"query($id: ID!) {{ task(id: $id) {{ {select} }} }}"
    return (await (by or made.freelancer).ask(query, id=task))["task"]


def member_id(person: Person) -> str:
    return f"mbr_{person.membership_id.hex}"


async def test_a_task_goes_from_start_to_submission(world: World) -> None:
    made = await make_active_project(world, tasks=(2,))
    started = await made.freelancer.do("startTask", TASK, taskId=made.task)
    assert (started["task"]["status"], started["milestone"]["workStatus"]) == ("IN_PROGRESS", "IN_PROGRESS")
    done = await made.freelancer.do(
        "submitTask", TASK, taskId=made.task, note=" See there. ", links=["https://example.com/bakery"]
    )
    assert done["task"] == {"id": made.task, "status": "SUBMITTED", "revision": 1}
    assert done["milestone"]["workStatus"] == "IN_PROGRESS"
    select = "submissions { nodes { revision note links decision submittedBy { email } decidedAt } }"
    assert (await shown(made, made.task, select))["submissions"]["nodes"] == [
        {
            "revision": 1,
            "note": "See there.",
            "links": ["https://example.com/bakery"],
            "decision": "PENDING",
            "submittedBy": {"email": made.freelancer.email},
            "decidedAt": None,
        }
    ]
    by_client = (await shown(made, made.task, select, made.client))["submissions"]["nodes"]
    assert by_client[0]["submittedBy"] is None


async def test_submitting_without_a_start_records_the_start_too(world: World) -> None:
    made = await make_submitted_project(world)
    history = (await shown(made, made.task, "history { nodes { action from to at } }"))["history"]["nodes"]
    assert [(one["action"], one["from"], one["to"]) for one in history] == [
        ("acceptProposal", None, "TODO"),
        ("startTask", "TODO", "IN_PROGRESS"),
        ("submitTask", "IN_PROGRESS", "SUBMITTED"),
    ]
    assert history[1]["at"] == history[2]["at"]
    told = await events(world, "task.", "milestone.")
    assert sorted(told) == ["milestone.started", "milestone.submitted", "task.started", "task.submitted"]


async def test_a_delivery_needs_a_note_or_a_proper_link(world: World) -> None:
    made = await make_active_project(world)
    wrong: list[tuple[dict[str, Any], list[list[str]]]] = [
        ({}, [["note"]]),
        ({"note": "  "}, [["note"]]),
        ({"note": "x" * 5001}, [["note"]]),
        ({"links": ["http://example.com", "https://example.com"]}, [["links", "0"]]),
        ({"links": ["https://example.com"] * 11}, [["links"]]),
    ]
    async with nothing_changes(world):
        for input, paths in wrong:
            refusal = await made.freelancer.refused("submitTask", taskId=made.task, **input)
            assert refusal["code"] == "INVALID"
            assert [problem["path"] for problem in refusal["problems"]] == paths


async def test_a_task_is_sent_back_and_delivered_again(world: World) -> None:
    made = await make_submitted_project(world)
    back = await made.client.do(
        "requestTaskChanges",
        "task { status changeRequestCount } milestone { workStatus autoApproveAt }",
        taskId=made.task,
        note=" Bluer. ",
    )
    assert back["task"] == {"status": "CHANGES_REQUESTED", "changeRequestCount": 1}
    assert back["milestone"] == {"workStatus": "CHANGES_REQUESTED", "autoApproveAt": None}
    await submit(made, made.task, "Bluer now.")
    task = await shown(made, made.task, "status revision submissions { nodes { revision decision decisionNote } }")
    assert (task["status"], task["revision"]) == ("SUBMITTED", 2)
    assert task["submissions"]["nodes"] == [
        {"revision": 2, "decision": "PENDING", "decisionNote": None},
        {"revision": 1, "decision": "CHANGES_REQUESTED", "decisionNote": "Bluer."},
    ]


async def test_a_request_for_changes_needs_a_note_and_a_delivery(world: World) -> None:
    made = await make_submitted_project(world, tasks=(1, 1))
    async with nothing_changes(world):
        empty = await made.client.refused("requestTaskChanges", taskId=made.task, note=" ")
        early = await made.client.refused("requestTaskChanges", taskId=made.tasks[1][0], note="Bluer.")
    assert (empty["code"], empty["path"]) == ("INVALID", ["note"])
    assert (early["code"], early["from"], early["allowed"]) == ("WRONG_STATE", "TODO", ["SUBMITTED"])


async def test_a_submission_can_be_taken_back_until_it_is_answered(world: World) -> None:
    made = await make_submitted_project(world)
    back = await made.freelancer.do("withdrawSubmission", TASK, taskId=made.task)
    assert (back["task"]["status"], back["milestone"]["workStatus"]) == ("IN_PROGRESS", "IN_PROGRESS")
    async with nothing_changes(world):
        again = await made.freelancer.refused("withdrawSubmission", taskId=made.task)
        stale = await made.client.refused("approveTask", taskId=made.task, revision=1, idempotencyKey=world.key())
    assert (again["code"], again["from"]) == ("WRONG_STATE", "IN_PROGRESS")
    assert (stale["code"], stale["from"]) == ("WRONG_STATE", "IN_PROGRESS")


async def test_nothing_is_started_before_activation(world: World) -> None:
    made = await make_project(world)
    async with nothing_changes(world):
        refusal = await made.freelancer.refused("startTask", taskId=made.task)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "PENDING_ACTIVATION", ["ACTIVE"])


async def test_tasks_are_added_and_taken_out_but_agreed_ones_stay(world: World) -> None:
    made = await make_active_project(world)
    added = await made.freelancer.do(
        "addTask",
        "task { id title position isAgreed status dueOn } milestone { dueOn amount { amountMinor } tasks { id } }",
        milestoneId=made.milestone,
        title=" A logo ",
    )
    task, milestone = added["task"], added["milestone"]
    assert (task["title"], task["position"], task["isAgreed"], task["status"]) == ("A logo", 2, False, "TODO")
    assert task["dueOn"] == milestone["dueOn"]
    assert milestone["tasks"] == [{"id": made.task}, {"id": task["id"]}]
    assert milestone["amount"] == {"amountMinor": "115000"}
    async with nothing_changes(world):
        agreed = await made.freelancer.refused("cancelTask", taskId=made.task)
    assert (agreed["code"], agreed["message"]) == ("WRONG_STATE", "An agreed task cannot be taken out.")
    gone = await made.freelancer.do("cancelTask", TASK, taskId=task["id"])
    assert gone["task"]["status"] == "CANCELLED"
    again = await made.freelancer.refused("cancelTask", taskId=task["id"])
    assert (again["code"], again["from"]) == ("WRONG_STATE", "CANCELLED")


async def test_taking_the_last_open_task_out_submits_the_milestone(world: World) -> None:
    made = await make_active_project(world)
    extra = await made.freelancer.do("addTask", "task { id }", milestoneId=made.milestone, title="A logo")
    await submit(made, made.task)
    gone = await made.freelancer.do("cancelTask", TASK, taskId=extra["task"]["id"])
    assert gone["milestone"]["workStatus"] == "SUBMITTED"


async def test_with_automatic_approval_taking_the_last_unapproved_task_out_approves_the_milestone(world: World) -> None:
    made = await make_active_project(world, auto_approve_milestones=True)
    extra = await made.freelancer.do("addTask", "task { id }", milestoneId=made.milestone, title="A logo")
    await submit(made, made.task)
    await approve(made, made.task)
    gone = await made.freelancer.do(
        "cancelTask",
        "milestone { workStatus approvedVia invoices { nodes { kind } } project { status } }",
        taskId=extra["task"]["id"],
    )
    assert gone["milestone"] == {
        "workStatus": "APPROVED",
        "approvedVia": "TASKS",
        "invoices": {"nodes": [{"kind": "MILESTONE"}]},
        "project": {"status": "COMPLETED"},
    }


async def test_a_milestone_takes_50_tasks_and_none_once_it_is_submitted(world: World) -> None:
    made = await make_active_project(world, tasks=(50, 1))
    full = await made.freelancer.refused("addTask", milestoneId=made.milestone, title="One more")
    assert full["code"] == "LIMIT_REACHED"
    await submit(made, made.tasks[1][0])
    async with nothing_changes(world):
        closed = await made.freelancer.refused("addTask", milestoneId=made.milestones[1], title="One more")
    assert (closed["code"], closed["from"]) == ("WRONG_STATE", "SUBMITTED")


async def test_a_task_is_changed_with_the_version_that_was_read(world: World) -> None:
    made = await make_active_project(world)
    extra = await made.freelancer.do("addTask", "task { id version }", milestoneId=made.milestone, title="A logo")
    task, version = extra["task"]["id"], extra["task"]["version"]
    select = "task { title description dueOn version }"
    changed = await made.freelancer.do(
        "updateTask", select, taskId=task, title="Two logos", description="Round ones.", expectedVersion=version
    )
    assert changed["task"]["title"] == "Two logos"
    assert (changed["task"]["description"], changed["task"]["version"]) == ("Round ones.", version + 1)
    async with nothing_changes(world):
        stale = await made.freelancer.refused("updateTask", taskId=task, title="Three", expectedVersion=version)
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", version + 1)


async def test_a_tasks_date_stays_within_its_milestone_and_agreed_wording_stays(world: World) -> None:
    made = await make_active_project(world)
    due_on = date.fromisoformat((await shown(made, made.task, "dueOn"))["dueOn"])
    earlier, later = (due_on - timedelta(days=1)).isoformat(), (due_on + timedelta(days=1)).isoformat()
    moved = await made.freelancer.do("updateTask", "task { dueOn }", taskId=made.task, dueOn=earlier)
    assert moved["task"]["dueOn"] == earlier
    async with nothing_changes(world):
        late = await made.freelancer.refused("updateTask", taskId=made.task, dueOn=later)
        wording = await made.freelancer.refused("updateTask", taskId=made.task, title="Less")
    assert (late["code"], late["path"]) == ("INVALID", ["dueOn"])
    assert (wording["code"], wording["from"]) == ("WRONG_STATE", "TODO")


async def test_an_assigned_task_is_its_assignees_and_the_owners(world: World) -> None:
    made = await make_active_project(world)
    worker = await colleague(world, made.freelancer, Role.MEMBER)
    other = await colleague(world, made.freelancer, Role.MEMBER)
    async with nothing_changes(world):
        assert (await worker.refused("startTask", taskId=made.task))["code"] == "FORBIDDEN"
        foreign = await made.freelancer.refused("assignTask", taskId=made.task, membershipId=member_id(made.client))
        assert (foreign["code"], foreign["path"]) == ("NOT_FOUND", ["membershipId"])
    done = await made.freelancer.do(
        "assignTask", "task { assignee { id } }", taskId=made.task, membershipId=member_id(worker)
    )
    assert done["task"]["assignee"] == {"id": member_id(worker)}
    assert (await other.refused("startTask", taskId=made.task))["code"] == "FORBIDDEN"
    await worker.do("startTask", TASK, taskId=made.task)
    await made.freelancer.do("assignTask", "task { id }", taskId=made.task, membershipId=None)
    assert (await worker.refused("submitTask", taskId=made.task, note="Done."))["code"] == "FORBIDDEN"
    await made.freelancer.do("setProjectTeam", "project { id }", projectId=made.id, membershipIds=[member_id(worker)])
    await worker.do("submitTask", TASK, taskId=made.task, note="Done.")


async def test_everybody_has_a_list_of_their_own_tasks(world: World) -> None:
    made = await make_active_project(world, tasks=(1, 1, 1), title="First")
    later = await make_active_project(world, freelancer=made.freelancer, title="Second", delivery_days=90)
    worker = await colleague(world, made.freelancer, Role.MEMBER)
    query = "query($f: TaskFilter) { myTasks(filter: $f) { nodes { id } totalCount } }"

    async def mine(by: Person = worker, **filter: Any) -> list[str]:
        return [one["id"] for one in (await by.ask(query, f=filter))["myTasks"]["nodes"]]

    assert await mine() == []
    await made.freelancer.do("assignTask", "task { id }", taskId=later.task, membershipId=member_id(worker))
    assert await mine() == [later.task]
    await made.freelancer.do("setProjectTeam", "project { id }", projectId=made.id, membershipIds=[member_id(worker)])
    owner = member_id(made.freelancer)
    await made.freelancer.do("assignTask", "task { id }", taskId=made.tasks[1][0], membershipId=owner)
    first, second, third = (tasks[0] for tasks in made.tasks)
    assert await mine() == [first, third, later.task]
    assert await mine(made.freelancer) == [second]
    due_on = (await shown(made, third, "dueOn"))["dueOn"]
    assert await mine(dueTo=due_on) == [first, third]
    assert await mine(dueFrom=due_on) == [third, later.task]
    await worker.do("startTask", TASK, taskId=third)
    assert await mine(status=["IN_PROGRESS"]) == [third]
    assert await mine(made.client) == []


async def test_each_side_has_its_own_verbs_and_strangers_have_none(world: World) -> None:
    made = await make_submitted_project(world, tasks=(2,))
    stranger = await world.freelancer_side("Stranger")
    finance = await colleague(world, made.freelancer, Role.FINANCE)
    buyer = await colleague(world, made.client, Role.VIEWER)
    mine: list[tuple[str, dict[str, Any]]] = [
        ("startTask", {}),
        ("submitTask", {"note": "Done."}),
        ("withdrawSubmission", {}),
        ("updateTask", {"title": "Other"}),
        ("assignTask", {"membershipId": None}),
        ("cancelTask", {}),
    ]
    theirs: list[tuple[str, dict[str, Any]]] = [
        ("requestTaskChanges", {"note": "Bluer."}),
        ("approveTask", {"revision": 1, "idempotencyKey": world.key()}),
    ]
    async with nothing_changes(world):
        for name, more in mine + theirs:
            wrong_side, low_role = (made.client, finance) if (name, more) in mine else (made.freelancer, buyer)
            assert (await wrong_side.refused(name, taskId=made.task, **more))["code"] == "FORBIDDEN", name
            assert (await low_role.refused(name, taskId=made.task, **more))["code"] == "FORBIDDEN", name
            foreign = await stranger.refused(name, taskId=made.task, **more)
            assert foreign["code"] == "NOT_FOUND", name
            assert foreign == await stranger.refused(name, taskId=f"tsk_{new_id().hex}", **more)
        added = {"milestoneId": made.milestone, "title": "One more"}
        assert (await made.client.refused("addTask", **added))["code"] == "FORBIDDEN"
        assert (await stranger.refused("addTask", **added))["code"] == "NOT_FOUND"
    assert await shown(made, made.task, "id", stranger) is None
