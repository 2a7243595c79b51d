"""Jobs, runs at set times and the platform's state, as operators see them and act on them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from domain.events import OutboxEvent
from domain.ids import new_id
from domain.permissions import StaffRole
from jobs import scheduled_runs, worker
from jobs.reactions import Reactions
from persistence.database import Database
from persistence.tables.audit import audit_entries
from persistence.workers import beat
from tests.makers.approvals import another_of_staff
from tests.makers.operations import make_dead_job
from tests.makers.rows import rows
from tests.world import Person, World

JOB = """id version status kind position eventType subjectType subjectId requestId attempts maxAttempts nextAt error
 retryReason availableActions { action allowed reason } history { nodes { action from to } }"""
RUN = "id name status scheduledAt attempts nextAt startedAt endedAt handled error"


async def listed(staff: Person, **filter: Any) -> list[dict[str, Any]]:
    query = f"query($filter: JobFilter) {{ jobs(filter: $filter) {{ totalCount nodes {{ {JOB} }} }} }}"
    found: list[dict[str, Any]] = (await staff.ask(query, filter=filter))["jobs"]["nodes"]
    return found


async def test_operators_see_what_is_dead_and_why(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    await make_dead_job(world, client)
    [job] = await listed(staff, status=["DEAD"], kind=["close_done_gig"])
    names = "status kind position eventType subjectType attempts maxAttempts error retryReason"
    assert [job[name] for name in names.split()] == [
        "DEAD",
        "close_done_gig",
        "1",
        "gig.published",
        "gig",
        10,
        10,
        "ConnectionError: nobody there",
        None,
    ]
    assert job["availableActions"] == [{"action": "retryJob", "allowed": True, "reason": None}]
    assert await listed(staff, status=["QUEUED", "RUNNING", "RETRYING", "SUCCEEDED"]) == []
    assert await listed(staff, kind=["send_payment"]) == []
    assert (await staff.ask("query($id: ID!) { job(id: $id) { error } }", id=job["id"]))["job"]["error"] == job["error"]


async def test_a_dead_job_is_tried_again_and_is_done_once(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    await make_dead_job(world, client)
    [job] = await listed(staff)
    payload = await staff.do("retryJob", f"job {{ {JOB} }}", jobId=job["id"], reason="The provider is back.")
    retried = payload["job"]
    names = ("status", "attempts", "error", "retryReason", "version")
    assert [retried[name] for name in names] == ["QUEUED", 0, None, "The provider is back.", job["version"] + 1]
    assert retried["history"]["nodes"] == [{"action": "retryJob", "from": "DEAD", "to": "QUEUED"}]
    again = await staff.refused("retryJob", jobId=job["id"], reason="Twice.")
    assert (again["code"], again["from"], again["allowed"]) == ("WRONG_STATE", "QUEUED", ["DEAD"])
    done = list[str]()

    async def close_done_gig(database: Database, event: OutboxEvent, now: datetime) -> None:
        done.append(event.type)

    reactions: Reactions = {"gig.published": (close_done_gig,)}
    await worker.settle(world.database, world.clock.now, reactions=reactions, timers=())
    assert done == ["gig.published"]
    [job] = await listed(staff)
    assert (job["status"], job["attempts"]) == ("SUCCEEDED", 1)
    acts = await rows(world, select(audit_entries.c.refusal).where(audit_entries.c.action == "retryJob"))
    assert acts == [(None,)]


async def test_a_retry_says_why_and_of_which_job(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    await make_dead_job(world, client)
    [job] = await listed(staff)
    assert (await staff.refused("retryJob", jobId=job["id"], reason=" "))["code"] == "INVALID"
    assert (await staff.refused("retryJob", jobId=f"job_{new_id().hex}", reason="Why not."))["code"] == "NOT_FOUND"


async def test_nobody_but_operators_sees_or_does_any_of_it(world: World) -> None:
    client = await world.client_side()
    moderator = await another_of_staff(world, await world.staff(), StaffRole.SUPPORT)
    for somebody in (client, moderator):
        for field in ("jobs { totalCount }", "scheduledRuns { totalCount }", "systemStatus { outboxWaiting }"):
            answer = await world.client.post(f"{{ {field} }}", None, somebody.token)
            assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert (await somebody.refused("runScheduled", name="audit.anchor"))["code"] == "FORBIDDEN"


async def test_what_runs_at_set_times_runs_when_it_is_asked_for(world: World) -> None:
    staff = await world.staff()
    run = (await staff.do("runScheduled", f"run {{ {RUN} }}", name="audit.anchor"))["run"]
    assert (run["name"], run["status"], run["attempts"], run["handled"]) == ("audit.anchor", "QUEUED", 0, None)
    refusal = await staff.refused("runScheduled", name="nothing.known")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["name"])
    assert "audit.anchor, audit_exports.forget, credits.summary" in refusal["message"]

    async def anchor(database: object, now: object) -> int:
        return 0

    world.clock.advance(timedelta(seconds=1))
    assert await scheduled_runs.keep(world.database, {"audit.anchor": anchor}, {}, world.clock.now()) == 2
    query = f"query($filter: ScheduledRunFilter) {{ scheduledRuns(filter: $filter) {{ nodes {{ {RUN} }} }} }}"
    asked, of_schedule = (await staff.ask(query, filter={"name": ["audit.anchor"]}))["scheduledRuns"]["nodes"]
    assert (asked["id"], asked["status"], asked["handled"]) == (run["id"], "SUCCEEDED", 0)
    assert of_schedule["scheduledAt"].endswith("T00:05:00Z")
    assert (await staff.ask(query, filter={"status": ["FAILED"]}))["scheduledRuns"]["nodes"] == []


async def test_the_state_of_the_platform_is_one_question(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    await make_dead_job(world, client)
    await beat(world.database, new_id(), "RELAY", "host-1")
    status = (
        await staff.ask(
            "{ systemStatus { schemaRevision dependencies { name status required latencyMs }"
            " workers { type host startedAt lastHeartbeatAt } outboxWaiting outboxLagSeconds"
            " jobs { kind status count } } }"
        )
    )["systemStatus"]
    assert [(one["name"], one["status"], one["required"]) for one in status["dependencies"]] == [
        ("database", "ok", True),
        ("schema", "ok", True),
        ("storage", "ok", False),
    ]
    assert [(one["type"], one["host"]) for one in status["workers"]] == [("RELAY", "host-1")]
    assert status["jobs"] == [{"kind": "close_done_gig", "status": "DEAD", "count": 1}]
    assert (int(status["outboxWaiting"]) >= 0, status["outboxLagSeconds"] >= 0, status["schemaRevision"] > "0000") == (
        True,
        True,
        True,
    )
