"""Usage: events count once, late ones count later, and each item of a report stands for itself."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import Role, StaffRole
from tests.makers.apps import install, make_active_app, make_backend
from tests.makers.catalogue import make_meter
from tests.makers.colleagues import colleague
from tests.world import Caller, Person, World

ALL = "accepted duplicates refused { position eventId code path }"
USAGE = """query($meter: ID!, $from: DateTime, $to: DateTime) { usage(meterId: $meter, from: $from, to: $to) {
  periodStartsAt periodEndsAt isClosed quantity amount { amountMinor } } }"""
EVENTS = """query($filter: UsageEventFilter) { usageEvents(filter: $filter) {
  nodes { id eventId value isLate voidedAt meter { code } } } }"""


def event(
    world: World, name: str, code: str = "calls", *, back: timedelta = timedelta(), **more: Any
) -> dict[str, Any]:
    return {"meterCode": code, "eventId": name, "occurredAt": (world.clock.now() - back).isoformat(), **more}


async def record(person: Caller, *events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await person.do("recordUsage", ALL, events=list(events), **more)


async def used(person: Person, meter: str) -> str:
    """What was used in the month that is open now."""
    return str((await person.ask(USAGE, meter=meter))["usage"][-1]["quantity"])


async def test_billing_rule_20_a_repeat_counts_once_and_other_content_is_refused(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    meter = await make_meter(staff, "calls")
    first = event(world, "a", value="2.5")
    assert await record(client, first, event(world, "b")) == {"accepted": 2, "duplicates": 0, "refused": []}
    answer = await record(client, first, {**first, "value": "3"}, event(world, "c"), event(world, "d", "unknown"))
    reused = {"position": 1, "eventId": "a", "code": "IDEMPOTENCY_KEY_REUSED", "path": ["eventId"]}
    unknown = {"position": 3, "eventId": "d", "code": "NOT_FOUND", "path": ["meterCode"]}
    assert answer == {"accepted": 1, "duplicates": 1, "refused": [reused, unknown]}
    assert await used(client, meter) == "4.5"


async def test_a_report_that_names_an_event_twice_counts_it_once(world: World) -> None:
    client = await world.client_side()
    await make_meter(await world.staff(StaffRole.FINANCE), "calls")
    one = event(world, "a")
    answer = await record(client, one, one, {**one, "value": "7"})
    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert [(refused["position"], refused["code"]) for refused in answer["refused"]] == [(2, "IDEMPOTENCY_KEY_REUSED")]


async def test_of_the_same_report_twenty_times_at_once_each_event_counts_once(world: World) -> None:
    client = await world.client_side()
    meter = await make_meter(await world.staff(StaffRole.FINANCE), "calls")
    report = [event(world, name) for name in ("a", "b", "c")]
    answers = await asyncio.gather(*(record(client, *report) for _ in range(20)))
    assert sum(one["accepted"] for one in answers) == 3
    assert sum(one["duplicates"] for one in answers) == 57
    assert [one for answer in answers for one in answer["refused"]] == []
    assert await used(client, meter) == "3"


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"back": timedelta(days=35, seconds=1)}, ["occurredAt"]),
        ({"back": -timedelta(minutes=5, seconds=1)}, ["occurredAt"]),
        ({"value": "-1"}, ["value"]),
        ({"value": "0.0000001"}, ["value"]),
        ({"value": "1E+99"}, ["value"]),
        ({"name": " "}, ["eventId"]),
        ({"name": "x" * 129}, ["eventId"]),
    ],
)
async def test_an_event_that_cannot_be_counted_is_refused_alone(
    world: World, more: dict[str, Any], path: list[str]
) -> None:
    client = await world.client_side()
    await make_meter(await world.staff(StaffRole.FINANCE), "calls")
    answer = await record(client, event(world, **{"name": "wrong", **more}), event(world, "right"))
    assert answer["accepted"] == 1
    assert [(one["position"], one["code"], one["path"]) for one in answer["refused"]] == [(0, "INVALID", path)]


async def test_the_edges_of_what_is_in_time_count(world: World) -> None:
    client = await world.client_side()
    await make_meter(await world.staff(StaffRole.FINANCE), "calls")
    edges = event(world, "old", back=timedelta(days=34, hours=23)), event(world, "new", back=-timedelta(minutes=5))
    assert (await record(client, *edges))["accepted"] == 2


async def test_billing_rule_21_meters_add_take_the_highest_or_count_keys_once(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    meters = {kind: await make_meter(staff, kind.lower(), kind) for kind in ("SUM", "MAX", "UNIQUE_COUNT")}
    for kind in meters:
        values = [("2", "ada"), ("5", "bob"), ("3", "ada")]
        events = [
            event(world, str(place), kind.lower(), value=value, uniqueKey=key)
            for place, (value, key) in enumerate(values)
        ]
        assert (await record(client, *events))["accepted"] == 3
    assert [await used(client, meter) for meter in meters.values()] == ["10", "5", "2"]
    answer = await record(client, event(world, "x", "unique_count"))
    assert [one["path"] for one in answer["refused"]] == [["uniqueKey"]]


async def test_a_voided_event_counts_no_more_and_keeps_its_name(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    meter = await make_meter(staff, "calls")
    await record(client, event(world, "a", value="2"), event(world, "b", value="3"))
    nodes = (await client.ask(EVENTS, filter={"meterId": meter}))["usageEvents"]["nodes"]
    wrong = next(one["id"] for one in nodes if one["eventId"] == "a")
    voided = await client.do(
        "voidUsageEvent", "usageEvent { eventId voidReason }", usageEventId=wrong, reason=" Counted by mistake. "
    )
    assert voided["usageEvent"] == {"eventId": "a", "voidReason": "Counted by mistake."}
    assert await used(client, meter) == "3"
    refusal = await client.refused("voidUsageEvent", usageEventId=wrong, reason="Again.")
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "VOIDED")
    assert (await record(client, event(world, "a", value="9")))["refused"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert (await client.refused("voidUsageEvent", usageEventId=nodes[0]["id"], reason=" "))["path"] == ["reason"]


async def test_usage_is_the_organizations_own_and_needs_its_permissions(world: World) -> None:
    staff, client, other = (
        await world.staff(StaffRole.FINANCE),
        await world.client_side(),
        await world.freelancer_side(),
    )
    meter = await make_meter(staff, "calls")
    await record(client, event(world, "a"))
    assert (await other.ask(EVENTS))["usageEvents"]["nodes"] == []
    assert await used(other, meter) == "0"
    id_ = (await client.ask(EVENTS))["usageEvents"]["nodes"][0]["id"]
    assert (await other.refused("voidUsageEvent", usageEventId=id_, reason="Mine?"))["code"] == "NOT_FOUND"
    assert (await record(other, event(world, "a")))["refused"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    finance = await colleague(world, client, Role.FINANCE)
    assert (await finance.refused("recordUsage", events=[event(world, "b")]))["code"] == "FORBIDDEN"
    assert await used(finance, meter) == "1"


async def test_an_app_reports_to_its_own_meters_where_it_is_installed_with_that(world: World) -> None:
    owner, client, staff = await world.freelancer_side(), await world.client_side(), await world.staff()
    app = await make_active_app(owner, staff, permissions=["USAGE_WRITE"])
    await install(client, app, ["USAGE_WRITE"])
    backend = await make_backend(owner, app)
    await make_meter(staff, "calls")
    await make_meter(owner, "minutes", appId=app)
    user = f"org_{client.organization_id.hex}"
    answer = await record(backend, event(world, "a", "minutes"), event(world, "b", "calls"), organizationId=user)
    assert (answer["accepted"], [one["code"] for one in answer["refused"]]) == (1, ["NOT_FOUND"])
    nodes = (await client.ask(EVENTS))["usageEvents"]["nodes"]
    assert [(one["eventId"], one["meter"]["code"]) for one in nodes] == [("a", "minutes")]
    elsewhere = f"org_{owner.organization_id.hex}"
    refusal = await backend.refused("recordUsage", organizationId=elsewhere, events=[event(world, "c")])
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["organizationId"])


async def test_a_report_has_1_to_100_events(world: World) -> None:
    client = await world.client_side()
    for events in ([], [event(world, str(number)) for number in range(101)]):
        assert (await client.refused("recordUsage", events=events))["path"] == ["events"]


async def test_a_report_of_100_events_takes_as_many_statements_as_one_of_one(world: World) -> None:
    client = await world.client_side()
    await make_meter(await world.staff(StaffRole.FINANCE), "calls")
    await record(client, event(world, "first"))
    counts = []
    for name, size in (("one", 1), ("many", 100)):
        before = world.client.statements
        await record(client, *(event(world, f"{name} {number}") for number in range(size)))
        counts.append(world.client.statements - before)
    assert counts == [3, 3]


async def test_what_was_used_in_three_months_comes_month_by_month(world: World) -> None:
    client = await world.client_side()
    meter = await make_meter(await world.staff(StaffRole.FINANCE), "calls")
    await record(client, event(world, "a"))
    world.clock.advance(timedelta(days=31))
    await record(client, event(world, "b", value="2"))
    end, start = world.clock.now(), world.clock.now() - timedelta(days=40)
    found = (await client.ask(USAGE, meter=meter, **{"from": start.isoformat(), "to": end.isoformat()}))["usage"]
    assert sum(float(one["quantity"]) for one in found) == 3
    assert [one["periodEndsAt"] for one in found[:-1]] == [one["periodStartsAt"] for one in found[1:]]
    assert {(one["amount"], one["isClosed"]) for one in found} == {(None, False)}
