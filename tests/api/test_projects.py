"""Projects through the API: activation, cancellation, people, figures and lists."""

from datetime import timedelta
from typing import Any

import pytest

from domain.ids import new_id
from domain.permissions import Role
from jobs.payments import send_created
from tests.makers.colleagues import colleague
from tests.makers.credits import given_back
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, charged
from tests.makers.payouts import make_payout_method, request_payout
from tests.makers.projects import Made, approve, make_active_project, make_project, submit
from tests.makers.traces import events, nothing_changes
from tests.world import Person, World

PROJECT = "query($id: ID!) { project(id: $id) { %s } }"


async def shown(made: Made, select: str, by: Person | None = None) -> Any:
    return (await (by or made.client).ask(PROJECT % select, id=made.id))["project"]


async def gig_of(made: Made) -> dict[str, Any]:
    query = "query($id: ID!) { gig(id: $id) { status acceptedSeats expiresOn } }"
    gig: dict[str, Any] = (await made.client.ask(query, id=f"gig_{made.gig_id.hex}"))["gig"]
    return gig


async def test_a_direct_milestone_project_starts_as_soon_as_the_client_can_pay(world: World) -> None:
    made = await make_project(world, tasks=(1, 1), delivery_days=10)
    await world.settle()
    assert (await shown(made, "status dueOn"))["status"] == "PENDING_ACTIVATION"
    await make_method(made.client)
    await world.settle()
    project = await shown(made, "status dueOn activatedAt milestones { dueOn tasks { dueOn } }", made.freelancer)
    assert project["status"] == "ACTIVE"
    assert project["dueOn"] == project["milestones"][1]["dueOn"] == project["milestones"][1]["tasks"][0]["dueOn"]
    assert project["milestones"][0]["dueOn"] < project["dueOn"]
    assert await events(world, "project.") == ["project.created", "project.activated"]


async def test_a_completion_project_starts_when_its_upfront_is_paid(world: World) -> None:
    made = await make_project(world, "COMPLETION")
    assert (await shown(made, "status"))["status"] == "PENDING_ACTIVATION"
    await make_method(made.client)
    await world.settle()
    assert (await shown(made, "status"))["status"] == "PENDING_ACTIVATION"
    world.clock.advance(timedelta(hours=48))
    await world.settle()
    project = await shown(made, "status budgetSummary { paid { amountMinor } }")
    assert project == {"status": "ACTIVE", "budgetSummary": {"paid": {"amountMinor": "13800"}}}


async def test_activating_by_hand_says_what_is_missing(world: World) -> None:
    made = await make_project(world, "COMPLETION")
    async with nothing_changes(world):
        refusal = await made.client.refused("activateProject", projectId=made.id, idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "PENDING_ACTIVATION")
    assert refusal["message"] == (
        "The project cannot start yet: the upfront invoice is not paid and "
        "the client has no active default payment method in EUR."
    )


async def test_activating_by_hand_starts_what_is_ready_and_replays(world: World) -> None:
    made = await make_project(world)
    await make_method(made.client)
    select, key = "replayed project { status version }", world.key()
    first = await made.client.do("activateProject", select, projectId=made.id, idempotencyKey=key)
    assert first == {"replayed": False, "project": {"status": "ACTIVE", "version": 2}}
    again = await made.client.do("activateProject", select, projectId=made.id, idempotencyKey=key)
    assert again == {"replayed": True, "project": {"status": "ACTIVE", "version": 2}}
    other = await made.client.refused("activateProject", projectId=made.id, idempotencyKey=world.key())
    assert (other["code"], other["from"]) == ("WRONG_STATE", "ACTIVE")


async def test_a_method_in_another_currency_does_not_start_a_project(world: World) -> None:
    made = await make_project(world)
    await make_method(made.client, currency="USD")
    await world.settle()
    assert (await shown(made, "status"))["status"] == "PENDING_ACTIVATION"


@pytest.mark.parametrize("side", ["client", "freelancer"])
async def test_either_side_cancels_before_activation_and_the_seat_is_free(world: World, side: str) -> None:
    made = await make_project(world, "COMPLETION", (1, 2))
    by: Person = getattr(made, side)
    done = await by.do(
        "cancelProject",
        "project { status cancelReason cancelledAt milestones { workStatus tasks { status } }"
        " invoices { nodes { kind status } } }",
        projectId=made.id,
        reason=" The bakery closed. ",
        idempotencyKey=world.key(),
    )
    project = done["project"]
    assert (project["status"], project["cancelReason"]) == ("CANCELLED", "The bakery closed.")
    assert project["cancelledAt"] is not None
    assert [one["workStatus"] for one in project["milestones"]] == ["CANCELLED", "CANCELLED"]
    assert {task["status"] for one in project["milestones"] for task in one["tasks"]} == {"CANCELLED"}
    assert project["invoices"]["nodes"] == [{"kind": "UPFRONT", "status": "VOID"}]
    gig = await gig_of(made)
    assert (gig["status"], gig["acceptedSeats"]) == ("OPEN", 0)
    assert gig["expiresOn"] >= (world.clock.now() + timedelta(days=13)).date().isoformat()
    told = await events(
        world, "project.cancelled", "gig.reopened", "invoice.voided", "milestone.cancelled", "task.cancelled"
    )
    assert sorted(told) == [
        "gig.reopened",
        "invoice.voided",
        *["milestone.cancelled"] * 2,
        "project.cancelled",
        *["task.cancelled"] * 3,
    ]


async def test_a_project_whose_upfront_is_being_paid_cannot_be_cancelled(world: World) -> None:
    client = await world.client_side()
    await make_method(client)
    made = await make_project(world, "COMPLETION", client=client)
    async with nothing_changes(world):
        refusal = await client.refused("cancelProject", projectId=made.id, reason="No.", idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "PENDING_ACTIVATION")
    assert refusal["message"] == "A payment of the upfront invoice is under way; wait for its outcome."


async def make_paid_upfront(world: World) -> tuple[Made, int]:
    """A project that waits for its activation although its upfront invoice is paid, and how much that was."""
    client = await world.client_side()
    method = await make_method(client)
    made = await make_project(world, "COMPLETION", client=client)
    await send_created(world.database, world.clock.now())
    await client.do("detachMethod", "method { status }", methodId=method)
    return made, await charged(world)


@pytest.mark.parametrize("way", ["client", "time"])
async def test_a_paid_upfront_goes_back_when_its_project_is_cancelled(world: World, way: str) -> None:
    made, paid = await make_paid_upfront(world)
    if way == "client":
        reason, key = "The bakery closed.", world.key()
        await made.client.do("cancelProject", "project { id }", projectId=made.id, reason=reason, idempotencyKey=key)
    world.clock.advance(timedelta(days=15))
    await world.settle()
    project = await shown(
        made,
        "status invoices { nodes { kind status creditNotes { nodes { status total { amountMinor }"
        " refunds { nodes { cause status awaitsApproval } } } } } }",
    )
    (upfront,) = project["invoices"]["nodes"]
    assert (project["status"], upfront["kind"], upfront["status"]) == ("CANCELLED", "UPFRONT", "PAID")
    refund = {"cause": "CANCELLATION", "status": "SUCCEEDED", "awaitsApproval": False}
    note = {"status": "ISSUED", "total": {"amountMinor": str(paid)}, "refunds": {"nodes": [refund]}}
    assert upfront["creditNotes"]["nodes"] == [note]
    assert (await given_back(world), await balances(world)) == (paid, {})


async def test_what_the_freelancer_has_of_it_no_more_becomes_debt(world: World) -> None:
    made, paid = await make_paid_upfront(world)
    await make_payout_method(made.freelancer)
    await request_payout(made.freelancer, 5_000)
    reason, key = "The bakery closed.", world.key()
    await made.client.do("cancelProject", "project { id }", projectId=made.id, reason=reason, idempotencyKey=key)
    await world.settle()
    assert await given_back(world) == paid
    assert await balances(world) == {"org_debt": 5_000, "provider_cash": -5_000}


async def test_an_active_project_cannot_be_cancelled(world: World) -> None:
    made = await make_active_project(world)
    for by in (made.client, made.freelancer):
        async with nothing_changes(world):
            refusal = await by.refused("cancelProject", projectId=made.id, reason="No.", idempotencyKey=world.key())
        assert (refusal["code"], refusal["from"], refusal["allowed"]) == (
            "WRONG_STATE",
            "ACTIVE",
            ["PENDING_ACTIVATION"],
        )


async def test_nobody_activates_for_14_days_and_the_project_lapses(world: World) -> None:
    made = await make_project(world, "COMPLETION")
    world.clock.advance(timedelta(days=14, seconds=-60))
    await world.settle()
    assert (await shown(made, "status"))["status"] == "PENDING_ACTIVATION"
    world.clock.advance(timedelta(seconds=60))
    await world.settle()
    project = await shown(made, "status cancelReason history { nodes { action actorKind } }")
    assert (project["status"], project["cancelReason"]) == ("CANCELLED", "It was not activated within 14 days.")
    assert project["history"]["nodes"][-1] == {"action": "cancelProject", "actorKind": "SYSTEM"}
    assert (await gig_of(made))["status"] == "OPEN"


async def test_an_ended_project_can_be_put_away_and_then_nothing_changes_it(world: World) -> None:
    made = await make_project(world)
    running = await made.client.refused("archiveProject", projectId=made.id)
    assert (running["code"], running["allowed"]) == ("WRONG_STATE", ["COMPLETED", "CANCELLED"])
    await made.client.do("cancelProject", "project { id }", projectId=made.id, reason="No.", idempotencyKey=world.key())
    done = await made.freelancer.do("archiveProject", "project { archivedAt }", projectId=made.id)
    assert done["project"]["archivedAt"] is not None
    async with nothing_changes(world):
        again = await made.client.refused("archiveProject", projectId=made.id)
    assert (again["code"], again["message"]) == ("WRONG_STATE", "The project is archived.")
    query = "query($f: ProjectFilter) { projects(filter: $f) { totalCount } }"
    for is_archived, count in ((True, 1), (False, 0)):
        assert (await made.client.ask(query, f={"isArchived": is_archived}))["projects"]["totalCount"] == count


async def test_the_freelancer_names_the_team_and_the_client_its_contact(world: World) -> None:
    made = await make_active_project(world)
    member = await colleague(world, made.freelancer, Role.MEMBER)
    buyer = await colleague(world, made.client, Role.MEMBER)
    team = [f"mbr_{one.membership_id.hex}" for one in (made.freelancer, member, member)]
    done = await made.freelancer.do("setProjectTeam", "project { team { id } }", projectId=made.id, membershipIds=team)
    assert [one["id"] for one in done["project"]["team"]] == team[:2]
    contact = f"mbr_{buyer.membership_id.hex}"
    done = await buyer.do(
        "setClientContact", "project { clientContact { id } }", projectId=made.id, membershipId=contact
    )
    assert done["project"]["clientContact"] == {"id": contact}


async def test_only_members_of_the_own_side_can_be_named(world: World) -> None:
    made = await make_active_project(world)
    foreign = f"mbr_{made.client.membership_id.hex}"
    gone = await colleague(world, made.freelancer, Role.MEMBER)
    await made.freelancer.do("removeMember", "membership { status }", membershipId=f"mbr_{gone.membership_id.hex}")
    own = f"mbr_{made.freelancer.membership_id.hex}"
    async with nothing_changes(world):
        for unknown in (foreign, f"mbr_{new_id().hex}"):
            refusal = await made.freelancer.refused("setProjectTeam", projectId=made.id, membershipIds=[own, unknown])
            assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["membershipIds", "1"])
        former = [own, f"mbr_{gone.membership_id.hex}"]
        refusal = await made.freelancer.refused("setProjectTeam", projectId=made.id, membershipIds=former)
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["membershipIds", "1"])
        many = await made.freelancer.refused("setProjectTeam", projectId=made.id, membershipIds=[own] * 51)
        assert (many["code"], many["path"]) == ("INVALID", ["membershipIds"])
        for verb, by, more in (
            ("setProjectTeam", made.client, {"membershipIds": []}),
            ("setClientContact", made.freelancer, {"membershipId": own}),
        ):
            assert (await by.refused(verb, projectId=made.id, **more))["code"] == "FORBIDDEN"


async def test_strangers_and_low_roles_steer_nothing(world: World) -> None:
    made = await make_project(world)
    stranger = await world.client_side("Stranger")
    viewer = await colleague(world, made.client, Role.VIEWER)
    keyed: dict[str, Any] = {"idempotencyKey": world.key()}
    mutations: list[tuple[str, dict[str, Any]]] = [
        ("activateProject", keyed),
        ("cancelProject", {"reason": "No.", **keyed}),
        ("pauseProject", {}),
        ("resumeProject", {}),
        ("archiveProject", {}),
        ("setProjectTeam", {"membershipIds": []}),
        ("setClientContact", {"membershipId": f"mbr_{stranger.membership_id.hex}"}),
    ]
    async with nothing_changes(world):
        for name, more in mutations:
            foreign = await stranger.refused(name, projectId=made.id, **more)
            unknown = await stranger.refused(name, projectId=f"prj_{new_id().hex}", **more)
            assert foreign["code"] == "NOT_FOUND", name
            assert foreign == unknown
            assert (await viewer.refused(name, projectId=made.id, **more))["code"] == "FORBIDDEN", name
        for name, more in (("activateProject", keyed), ("pauseProject", {})):
            assert (await made.freelancer.refused(name, projectId=made.id, **more))["code"] == "FORBIDDEN"
    assert await shown(made, "id", stranger) is None


async def test_a_project_ends_with_its_last_milestone_and_says_so(world: World) -> None:
    made = await make_active_project(world, tasks=(1, 1))
    for number, tasks in enumerate(made.tasks):
        await submit(made, tasks[0])
        done = await approve(made, tasks[0], select="project { status completedAt progress }")
        assert done["project"]["status"] == ("ACTIVE", "COMPLETED")[number]
    assert done["project"]["progress"] == 100
    assert done["project"]["completedAt"] is not None
    assert (await events(world, "project."))[-1] == "project.completed"
