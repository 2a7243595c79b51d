"""Quotas through the API: consumed all or nothing, never beyond the limit, and counted anew with each window."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from domain.permissions import Role
from tests.makers.apps import PERMISSIONS, install, make_partner
from tests.makers.catalogue import make_feature
from tests.makers.colleagues import colleague
from tests.makers.entitlements import give, subscribe
from tests.makers.traces import events
from tests.world import Caller, Person, World

QUOTA = "quota { featureCode used limit remaining isUnlimited windowStartsAt resetAt }"
CODE = "proposals.monthly"
REFUSAL = "code path used limit resetAt requiredPlan"


async def consume(caller: Caller, amount: int = 1, code: str = CODE, **more: Any) -> dict[str, Any]:
    """The counter, or the refusal with all that it says."""
    query = (
        "mutation($input: ConsumeQuotaInput!) { consumeQuota(input: $input) {"
        f" ... on ConsumeQuotaPayload {{ {QUOTA} }} ... on Refusal {{ {REFUSAL} }} }} }}"
    )
    given = {"featureCode": code, "amount": str(amount), "idempotencyKey": caller.world.key()} | more
    found: dict[str, Any] = (await caller.ask(query, input=given))["consumeQuota"]
    return found


async def used(person: Person, code: str = CODE) -> str:
    asked = "query($code: String!) { quota(featureCode: $code) { used } }"
    return str((await person.ask(asked, code=code))["quota"]["used"])


async def test_billing_rule_23_a_quota_is_consumed_up_to_its_limit_and_no_further(world: World) -> None:
    client = await world.client_side()
    await subscribe(world, client.organization_id)
    first = (await consume(client, 30))["quota"]
    assert (first["used"], first["limit"], first["remaining"], first["isUnlimited"]) == ("30", "50", "20", False)
    refused = await consume(client, 21)
    assert {name: refused[name] for name in ("code", "used", "limit", "requiredPlan")} == {
        "code": "LIMIT_REACHED",
        "used": 30,
        "limit": 50,
        "requiredPlan": "standard",
    }
    assert refused["resetAt"] == first["resetAt"]
    assert (await consume(client, 20))["quota"]["remaining"] == "0"
    assert await used(client) == "50"


async def test_billing_invariant_8_twenty_at_once_against_a_limit_of_ten(world: World) -> None:
    client = await world.client_side()
    await give(world, client.organization_id, CODE, value=10)
    answers = await asyncio.gather(*(consume(client) for _ in range(20)))
    outcomes = Counter(one.get("code", "consumed") for one in answers)
    assert outcomes == {"consumed": 10, "LIMIT_REACHED": 10}
    assert await used(client) == "10"
    assert sorted(int(one["quota"]["used"]) for one in answers if "quota" in one) == list(range(1, 11))


async def test_a_repeated_key_consumes_once(world: World) -> None:
    client, key = await world.client_side(), world.key()
    await give(world, client.organization_id, CODE, value=10)
    again = [await consume(client, 4, idempotencyKey=key) for _ in range(3)]
    assert again[0] == again[1] == again[2]
    assert await used(client) == "4"


async def test_billing_rule_23_a_calendar_month_begins_at_0(world: World) -> None:
    client = await world.client_side()
    await give(world, client.organization_id, CODE, value=10)
    assert (await consume(client, 10))["quota"]["remaining"] == "0"
    world.clock.advance(timedelta(days=32))
    assert await used(client) == "0"
    assert (await consume(client, 10))["quota"]["used"] == "10"


async def test_billing_rule_23_a_warning_comes_once_for_each_window_and_when_nothing_is_left(world: World) -> None:
    client = await world.client_side()
    await give(world, client.organization_id, CODE, value=10)
    for amount in (7, 1, 1, 1):
        await consume(client, amount)
    told = await events(world, "usage.")
    assert told == ["usage.threshold_reached", "usage.limit_reached"]


async def test_a_downgrade_deletes_nothing_and_refuses_what_is_new(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    grant = await give(world, client.organization_id, CODE, value=100)
    await subscribe(world, client.organization_id)
    await consume(client, 70)
    await staff.do("revokeEntitlementGrant", "grant { id }", grantId=f"egr_{grant.hex}", reason="It was a test")
    refused = await consume(client)
    assert (refused["code"], refused["used"], refused["limit"]) == ("LIMIT_REACHED", 70, 50)
    assert await used(client) == "70"


async def test_what_is_off_is_not_consumed_and_what_is_unlimited_is_counted(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    await make_feature(staff, "reports", "LIMIT")
    refused = await consume(client, code="reports")
    assert (refused["code"], refused["path"]) == ("NOT_ENTITLED", ["featureCode"])
    await give(world, client.organization_id, CODE)
    found = (await consume(client, 1_000_000))["quota"]
    assert (found["used"], found["limit"], found["isUnlimited"]) == ("1000000", None, True)


async def test_only_limits_are_consumed_by_those_who_may(world: World) -> None:
    client = await world.client_side()
    viewer, admin = await colleague(world, client, Role.VIEWER), await colleague(world, client, Role.ADMIN)
    await subscribe(world, client.organization_id)
    assert (await consume(viewer))["code"] == "FORBIDDEN"
    assert (await consume(admin))["quota"]["used"] == "1"
    assert (await consume(client, code="einvoice"))["path"] == ["featureCode"]
    assert (await consume(client, 0))["path"] == ["amount"]
    assert (await consume(client, code="teleport"))["code"] == "NOT_FOUND"
    assert (await consume(client, code="gigs.open"))["path"] == ["featureCode"]


async def test_an_app_consumes_limits_of_its_own_catalogue_for_those_who_let_it(world: World) -> None:
    partner = await make_partner(world, permissions=[*PERMISSIONS, "USAGE_WRITE"])
    there = f"org_{partner.user.organization_id.hex}"
    await make_feature(partner.owner, "time.reports", "LIMIT", appId=partner.id, reset="CALENDAR_MONTH")
    whom = {"organizationId": there, "featureCode": "time.reports", "appId": partner.id, "value": "2"}
    await partner.owner.do("grantEntitlement", "grant { id }", **whom, reasonKind="TEST", reason="To try reports")
    assert (await consume(partner.backend, code="time.reports", organizationId=there))["code"] == "FORBIDDEN"
    await install(partner.user, partner.id, ["USAGE_WRITE"])
    found = await consume(partner.backend, 2, code="time.reports", organizationId=there)
    assert found["quota"]["remaining"] == "0"
    assert (await consume(partner.backend, code="time.reports", organizationId=there))["requiredPlan"] is None
