"""Pauses through the API: holds by the client, and requests by the freelancer that silence may grant."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.ids import new_id
from domain.permissions import Role
from tests.makers.colleagues import colleague
from tests.makers.projects import Made, approve, make_active_project, make_project, make_submitted_project
from tests.makers.traces import events, nothing_changes
from tests.world import World

STATE = "project { status } pauseRequest { status remindedAt }"


async def status_of(made: Made) -> str:
    project = await made.client.ask("query($id: ID!) { project(id: $id) { status } }", id=made.id)
    return str(project["project"]["status"])


async def requested(world: World) -> Made:
    made = await make_active_project(world)
    await made.freelancer.do("requestPause", STATE, projectId=made.id, reason="I am ill.")
    return made


async def remind(made: Made) -> dict[str, Any]:
    return await made.freelancer.do("remindPause", STATE, projectId=made.id)


async def test_the_client_puts_a_project_on_hold_and_resumes_it(world: World) -> None:
    made = await make_submitted_project(world, tasks=(1, 1))
    dates = "project { status heldAt dueOn milestones { dueOn autoApproveAt tasks { dueOn } } }"
    before = (await made.client.do("pauseProject", dates, projectId=made.id))["project"]
    assert (before["status"], before["heldAt"] is not None) == ("ON_HOLD", True)
    world.clock.advance(timedelta(days=3))
    after = (await made.client.do("resumeProject", dates, projectId=made.id))["project"]
    assert (after["status"], after["heldAt"]) == ("ACTIVE", None)
    assert days_between(before["dueOn"], after["dueOn"]) == 3
    for was, now in zip(before["milestones"], after["milestones"], strict=True):
        assert days_between(was["dueOn"], now["dueOn"]) == 3
        assert days_between(was["tasks"][0]["dueOn"], now["tasks"][0]["dueOn"]) == 3
    moved = instant(after["milestones"][0]["autoApproveAt"]) - instant(before["milestones"][0]["autoApproveAt"])
    assert timedelta(days=3) <= moved < timedelta(days=3, seconds=60)
    assert after["milestones"][1]["autoApproveAt"] is None
    assert (await events(world, "project."))[-2:] == ["project.paused", "project.resumed"]


async def test_on_hold_nothing_is_started_or_submitted_but_approving_goes_on(world: World) -> None:
    made = await make_submitted_project(world, tasks=(1, 1))
    await made.client.do("pauseProject", "project { status }", projectId=made.id)
    other = made.tasks[1][0]
    async with nothing_changes(world):
        for name, more in (("startTask", {}), ("submitTask", {"note": "Done."})):
            refusal = await made.freelancer.refused(name, taskId=other, **more)
            assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "ON_HOLD", ["ACTIVE"])
    done = await approve(made, made.task, select="milestone { workStatus } project { status }")
    assert done == {"milestone": {"workStatus": "APPROVED"}, "project": {"status": "ON_HOLD"}}


async def test_the_last_approval_completes_a_project_on_hold(world: World) -> None:
    made = await make_submitted_project(world)
    await made.client.do("pauseProject", "project { status }", projectId=made.id)
    done = await approve(made, made.task, select="project { status heldAt }")
    assert done["project"] == {"status": "COMPLETED", "heldAt": None}


async def test_three_reminders_within_48_hours_pause_the_project_once(world: World) -> None:
    made = await requested(world)
    for hours in (0, 20, 27):
        world.clock.advance(timedelta(hours=hours))
        state = await remind(made)
    assert (state["project"]["status"], state["pauseRequest"]["status"]) == ("ON_HOLD", "AUTO_APPROVED")
    assert len(state["pauseRequest"]["remindedAt"]) == 3
    assert await events(world, "project.pause") == [
        "project.pause_requested",
        *["project.pause_reminded"] * 3,
        "project.paused",
    ]
    async with nothing_changes(world):
        late = await made.freelancer.refused("remindPause", projectId=made.id)
    assert (late["code"], late["from"]) == ("WRONG_STATE", "AUTO_APPROVED")


async def test_a_third_reminder_after_49_hours_changes_nothing_for_the_project(world: World) -> None:
    made = await requested(world)
    for hours in (0, 20, 29):
        world.clock.advance(timedelta(hours=hours))
        state = await remind(made)
    assert (state["project"]["status"], state["pauseRequest"]["status"]) == ("ACTIVE", "PENDING")
    assert "project.paused" not in await events(world, "project.")


async def test_a_pause_that_was_asked_for_is_ended_by_the_freelancer_too(world: World) -> None:
    made = await requested(world)
    pending = "query($id: ID!) { project(id: $id) { pauseRequest { reason status } } }"
    assert (await made.client.ask(pending, id=made.id))["project"]["pauseRequest"] == {
        "reason": "I am ill.",
        "status": "PENDING",
    }
    state = await made.client.do("approvePauseRequest", STATE, projectId=made.id)
    assert (state["project"]["status"], state["pauseRequest"]["status"]) == ("ON_HOLD", "APPROVED")
    assert (await made.client.ask(pending, id=made.id))["project"]["pauseRequest"] is None
    resumed = await made.freelancer.do("resumeProject", "project { status }", projectId=made.id)
    assert resumed["project"]["status"] == "ACTIVE"


async def test_a_pause_of_the_clients_own_will_is_not_ended_by_the_freelancer(world: World) -> None:
    made = await make_active_project(world)
    await made.client.do("pauseProject", "project { status }", projectId=made.id)
    async with nothing_changes(world):
        refusal = await made.freelancer.refused("resumeProject", projectId=made.id)
    assert refusal["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("verb", "side", "ends_as"),
    [("declinePauseRequest", "client", "DECLINED"), ("withdrawPauseRequest", "freelancer", "WITHDRAWN")],
)
async def test_a_request_that_comes_to_nothing_makes_room_for_another(
    world: World, verb: str, side: str, ends_as: str
) -> None:
    made = await requested(world)
    again = await made.freelancer.refused("requestPause", projectId=made.id, reason="Still ill.")
    assert again["code"] == "CONFLICT"
    state = await getattr(made, side).do(verb, STATE, projectId=made.id)
    assert (state["project"]["status"], state["pauseRequest"]["status"]) == ("ACTIVE", ends_as)
    for name, by in (
        (verb, getattr(made, side)),
        ("approvePauseRequest", made.client),
        ("remindPause", made.freelancer),
    ):
        async with nothing_changes(world):
            refusal = await by.refused(name, projectId=made.id)
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", ends_as)
    state = await made.freelancer.do("requestPause", STATE, projectId=made.id, reason="Still ill.")
    assert state["pauseRequest"]["status"] == "PENDING"


async def test_a_pause_request_needs_a_reason_and_an_active_project(world: World) -> None:
    made = await make_project(world)
    early = await made.freelancer.refused("requestPause", projectId=made.id, reason="I am ill.")
    assert (early["code"], early["from"]) == ("WRONG_STATE", "PENDING_ACTIVATION")
    active = await make_active_project(world)
    for reason in ("  ", "x" * 1001):
        refusal = await active.freelancer.refused("requestPause", projectId=active.id, reason=reason)
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["reason"])
    none = await active.client.refused("approvePauseRequest", projectId=active.id)
    assert none["code"] == "NOT_FOUND"
    assert await status_of(active) == "ACTIVE"


async def test_each_side_has_its_own_part_and_strangers_have_none(world: World) -> None:
    made = await requested(world)
    stranger = await world.freelancer_side("Stranger")
    reader = await colleague(world, made.client, Role.FINANCE)
    mine: list[tuple[str, Any, dict[str, Any]]] = [
        ("requestPause", made.freelancer, {"reason": "Ill."}),
        ("remindPause", made.freelancer, {}),
        ("withdrawPauseRequest", made.freelancer, {}),
        ("approvePauseRequest", made.client, {}),
        ("declinePauseRequest", made.client, {}),
    ]
    async with nothing_changes(world):
        for name, owner, more in mine:
            other = made.client if owner is made.freelancer else made.freelancer
            assert (await other.refused(name, projectId=made.id, **more))["code"] == "FORBIDDEN", name
            assert (await reader.refused(name, projectId=made.id, **more))["code"] == "FORBIDDEN", name
            foreign = await stranger.refused(name, projectId=made.id, **more)
            assert foreign["code"] == "NOT_FOUND", name
            assert foreign == await stranger.refused(name, projectId=f"prj_{new_id().hex}", **more)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def days_between(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
