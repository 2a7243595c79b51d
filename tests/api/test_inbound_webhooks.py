"""What providers have told, as staff read it through the API and let it be handled again."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.ids import new_id
from domain.inbound_webhooks import SubjectKind
from domain.permissions import StaffRole
from schema.ids import global_id
from tests.makers.approvals import another_of_staff
from tests.makers.traces import nothing_changes
from tests.makers.webhooks import Message, listen, make_parked_webhook, tell
from tests.world import Person, World

LIST = """query($filter: InboundWebhookFilter) { inboundWebhooks(filter: $filter) { totalCount nodes {
 id status provider type kind key providerId attempts nextAttemptAt error result payload
 exception { kind status owner { id } subjectType subjectId }
 availableActions { action allowed reason } history { nodes { action from to } } } } }"""


async def listed(staff: Person, **filter: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await staff.ask(LIST, filter=filter))["inboundWebhooks"]["nodes"]
    return found


async def test_staff_read_what_has_come_without_what_it_says_of_people(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(monkeypatch)
    staff, key = await world.staff(StaffRole.FINANCE), new_id()
    await tell(world, Message(key=key, provider_id="ch_1"), shopper={"firstName": "Ada"}, note="Ada", amount=5)
    [found] = await listed(staff)
    names = ("status", "provider", "kind", "key", "providerId", "attempts", "error", "exception")
    assert [found[name] for name in names] == ["RECEIVED", "SIMULATOR", "CHARGE", str(key), "ch_1", 0, None, None]
    assert (found["payload"]["shopper"], found["payload"]["note"], found["payload"]["amount"]) == (
        "[withheld]",
        "[withheld]",
        5,
    )
    assert "Ada" not in json.dumps(found)
    assert found["availableActions"] == [{"action": "replayInboundWebhook", "allowed": False, "reason": "WRONG_STATE"}]
    assert found["history"]["nodes"] == [{"action": "receiveWebhook", "from": None, "to": "RECEIVED"}]


async def test_lists_are_filtered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(monkeypatch)
    staff = await world.staff()
    for number, type_ in enumerate(("charge.failed", "charge.succeeded")):
        await tell(world, Message(provider_id=f"ch_{number}", type=type_))
    parked = global_id("InboundWebhook", await make_parked_webhook(world))
    past, future = (world.clock.now() + timedelta(hours=hours) for hours in (-1, 1))
    exception = (await staff.ask("{ moneyExceptions { nodes { id } } }"))["moneyExceptions"]["nodes"][0]["id"]
    cases: list[tuple[dict[str, Any], int]] = [
        ({}, 3),
        ({"type": ["charge.failed"]}, 1),
        ({"status": ["RECEIVED"]}, 2),
        ({"provider": ["STRIPE"]}, 0),
        ({"providerId": "ch_1"}, 1),
        ({"receivedFrom": past.isoformat(), "receivedBefore": future.isoformat()}, 3),
        ({"receivedBefore": past.isoformat()}, 0),
        ({"exceptionId": exception}, 1),
    ]
    assert [len(await listed(staff, **filter)) for filter, _ in cases] == [count for _, count in cases]
    assert [one["id"] for one in await listed(staff, exceptionId=exception)] == [parked]


async def test_only_staff_for_operations_or_money_see_any(world: World) -> None:
    id_ = global_id("InboundWebhook", await make_parked_webhook(world))
    client, staff = await world.client_side(), await world.staff()
    support = await another_of_staff(world, staff, StaffRole.SUPPORT)
    for person in (client, support):
        found = await person.ask("query($id: ID!) { inboundWebhook(id: $id) { id } node(id: $id) { id } }", id=id_)
        assert found == {"inboundWebhook": None, "node": None}
        refusal = await person.refused("replayInboundWebhook", webhookId=id_, reason="Again.")
        assert refusal["code"] == "FORBIDDEN"


async def test_a_parked_one_is_replayed_with_a_reason_and_its_exception_stays_open(world: World) -> None:
    id_ = global_id("InboundWebhook", await make_parked_webhook(world))
    staff = await world.staff(StaffRole.FINANCE)
    [found] = await listed(staff)
    assert (found["status"], found["error"]) == ("PARKED", "Nobody here knows this charge.")
    exception = found["exception"]
    assert (exception["kind"], exception["status"], exception["subjectType"], exception["subjectId"]) == (
        "UNMATCHED_EVENT",
        "OPEN",
        "charge at the provider",
        found["providerId"],
    )
    async with nothing_changes(world):
        empty = await staff.refused("replayInboundWebhook", webhookId=id_, reason=" ")
        assert (empty["code"], empty["path"]) == ("INVALID", ["reason"])
    done = await staff.do(
        "replayInboundWebhook",
        "webhook { status attempts error replayReason exception { status } history { nodes { action } } }",
        webhookId=id_,
        reason="The payment is there now.",
    )
    assert done["webhook"] == {
        "status": "RECEIVED",
        "attempts": 0,
        "error": None,
        "replayReason": "The payment is there now.",
        "exception": {"status": "OPEN"},
        "history": {"nodes": [{"action": one} for one in (*_PARKED, "replayInboundWebhook")]},
    }
    twice = await staff.refused("replayInboundWebhook", webhookId=id_, reason="Again.")
    stuck = ["PARKED", "DEAD_LETTER", "PROCESSED_WITH_ERROR"]
    assert (twice["code"], twice["from"], twice["allowed"]) == ("WRONG_STATE", "RECEIVED", stuck)


_PARKED = ("receiveWebhook", "leaseWebhook", "parkWebhook")


async def test_kinds_are_told_apart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(monkeypatch)
    staff = await world.staff()
    for kind in SubjectKind:
        await tell(world, Message(kind=kind, provider_id="x_1"))
    assert [one["kind"] for one in await listed(staff)] == [kind.name for kind in reversed(SubjectKind)]
