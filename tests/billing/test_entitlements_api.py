"""Entitlements through the API: who may ask, what is answered, and that no server answers with what was before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import Role, StaffRole
from integrations.chargebacks import ReportedState
from schema.ids import global_id
from tests.client import Client, Faulted
from tests.makers.apps import PERMISSIONS, install, make_app, make_partner
from tests.makers.catalogue import make_feature, own_product
from tests.makers.chargebacks import report
from tests.makers.colleagues import colleague
from tests.makers.entitlements import give, has_features, subscribe
from tests.makers.sales import buy, make_product
from tests.world import Caller, Person, World

CHECK = """query($code: String!, $organization: ID, $app: ID, $user: ID) {
  checkEntitlement(featureCode: $code, organizationId: $organization, appId: $app, userId: $user) {
    featureCode kind isActive state endsAt limit isUnlimited used resetAt version
    sources { kind sourceId state isActive value mode } } }"""


async def check(caller: Caller, code: str = "einvoice", **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.ask(CHECK, code=code, **variables))["checkEntitlement"]
    return found


async def refusal(caller: Caller, code: str = "einvoice", **variables: Any) -> tuple[str, list[str]]:
    with pytest.raises(Faulted) as fault:
        await check(caller, code, **variables)
    error = fault.value.errors[0]
    return error["extensions"]["code"], error["extensions"].get("argument", [])


def organization_of(person: Person) -> str:
    return global_id("Organization", person.organization_id)


async def test_a_check_says_all_there_is_to_know_of_a_limit(world: World) -> None:
    client = await world.client_side()
    grant = await give(world, client.organization_id, "gigs.open", value=7)
    found = await check(client, "gigs.open")
    assert found == {
        "featureCode": "gigs.open",
        "kind": "LIMIT",
        "isActive": True,
        "state": "ACTIVE",
        "endsAt": None,
        "limit": "7",
        "isUnlimited": False,
        "used": "0",
        "resetAt": None,
        "version": "1.0",
        "sources": [
            {
                "kind": "GRANT",
                "sourceId": global_id("EntitlementGrant", grant),
                "state": "ACTIVE",
                "isActive": True,
                "value": "7",
                "mode": "SET",
            },
            {
                "kind": "BASE",
                "sourceId": own_product("free"),
                "state": "ACTIVE",
                "isActive": True,
                "value": "1",
                "mode": "SET",
            },
        ],
    }


async def test_a_switch_has_no_limit_and_a_feature_that_nothing_gave_has_no_state(world: World) -> None:
    client = await world.client_side()
    found = await check(client)
    assert (found["isActive"], found["state"], found["sources"]) == (False, None, [])
    assert (found["limit"], found["isUnlimited"], found["used"]) == (None, False, None)
    await give(world, client.organization_id, "gigs.open")
    unlimited = await check(client, "gigs.open")
    assert (unlimited["limit"], unlimited["isUnlimited"], unlimited["used"]) == (None, True, "0")


async def test_all_features_of_a_catalogue_come_at_once(world: World) -> None:
    client = await world.client_side()
    await subscribe(world, client.organization_id)
    found = (await client.ask("{ entitlements { featureCode isActive limit } }"))["entitlements"]
    assert [one["featureCode"] for one in found] == sorted(one["featureCode"] for one in found)
    by_code = {one["featureCode"]: (one["isActive"], one["limit"]) for one in found}
    assert len(by_code) == 10
    assert (by_code["einvoice"], by_code["import"], by_code["members"]) == ((True, None), (False, None), (True, "5"))


async def test_a_new_feature_of_the_catalogue_is_known_at_once(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    assert await refusal(client, "reports") == ("BAD_USER_INPUT", ["featureCode"])
    await make_feature(staff, "reports")
    assert not (await check(client, "reports"))["isActive"]


async def test_members_ask_for_their_own_organization_and_staff_for_every(world: World) -> None:
    client, stranger, staff = await world.client_side(), await world.client_side(), await world.staff(StaffRole.SUPPORT)
    await give(world, client.organization_id, "einvoice")
    viewer = await colleague(world, client, Role.VIEWER)
    for caller in (client, viewer, staff):
        assert (await check(caller, organization=organization_of(client)))["isActive"]
    assert await refusal(stranger, organization=organization_of(client)) == ("BAD_USER_INPUT", ["organizationId"])
    assert (await refusal(world.caller()))[0] == "UNAUTHENTICATED"


async def test_what_is_unknown_is_not_found_and_what_is_no_id_is_invalid(world: World) -> None:
    client = await world.client_side()
    assert await refusal(client, "teleport") == ("BAD_USER_INPUT", ["featureCode"])
    assert await refusal(client, organization="org_1") == ("BAD_USER_INPUT", ["organizationId"])
    assert await refusal(client, user=organization_of(client)) == ("BAD_USER_INPUT", ["userId"])


async def test_an_app_asks_where_it_is_installed_for_its_own_catalogue(world: World) -> None:
    partner = await make_partner(world, permissions=[*PERMISSIONS, "ENTITLEMENTS_READ"])
    there, elsewhere = organization_of(partner.user), organization_of(await world.client_side())
    await make_feature(partner.owner, "time.export", appId=partner.id)
    assert (await refusal(partner.backend, "time.export", organization=there))[0] == "FORBIDDEN"
    await install(partner.user, partner.id, ["ENTITLEMENTS_READ"])
    assert not (await check(partner.backend, "time.export", organization=there))["isActive"]
    given = {"organizationId": there, "featureCode": "time.export", "appId": partner.id}
    await partner.owner.do("grantEntitlement", "grant { id }", **given, reasonKind="TEST", reason="To try the export")
    assert (await check(partner.backend, "time.export", organization=there))["isActive"]
    assert (await check(partner.user, "time.export", app=partner.id))["isActive"]
    assert (await refusal(partner.backend, "time.export", organization=elsewhere))[0] == "FORBIDDEN"
    assert (await refusal(partner.backend))[1] == ["organizationId"]
    another = await make_app(partner.owner)
    assert (await refusal(partner.backend, organization=there, app=another))[0] == "FORBIDDEN"
    assert await refusal(partner.backend, "einvoice", organization=there) == ("BAD_USER_INPUT", ["featureCode"])


async def test_billing_example_2_the_very_next_check_on_every_server_sees_a_refund(world: World) -> None:
    price = await make_product(world)
    await has_features(world, price.product_id, "einvoice")
    bought = await buy(world, price)
    await world.settle()
    async with Client.serving(world.database, world.clock) as another:
        callers = [bought.buyer, replace(bought.buyer, world=replace(world, client=another))]
        for caller in callers:
            found = await check(caller)
            assert (found["state"], found["sources"][0]["kind"]) == ("ACTIVE", "PURCHASE")
        purchase = global_id("Purchase", bought.purchase_id)
        refund = {"purchaseId": purchase, "reason": "Not what it was for", "idempotencyKey": world.key()}
        await bought.staff.do("refundPurchase", "refund { id }", **refund)
        assert [(await check(caller))["state"] for caller in callers] == ["REVOKED", "REVOKED"]


async def test_billing_rule_28_the_very_next_check_on_every_server_sees_what_a_bank_does(world: World) -> None:
    price = await make_product(world)
    await has_features(world, price.product_id, "einvoice")
    bought = await buy(world, price)
    await world.settle()
    charge = f"pay_{(await bought.payment()).id.hex}"
    async with Client.serving(world.database, world.clock) as another:
        callers = [bought.buyer, replace(bought.buyer, world=replace(world, client=another))]
        assert [(await check(caller))["isActive"] for caller in callers] == [True, True]
        for said, is_on in (("NEEDS_RESPONSE", False), ("WON", True)):
            await report(world, charge, ReportedState[said], price.unit_amount_minor)
            assert [(await check(caller))["isActive"] for caller in callers] == [is_on, is_on]


async def test_billing_rule_28_what_a_bank_has_taken_for_good_is_off_for_good(world: World) -> None:
    price = await make_product(world)
    await has_features(world, price.product_id, "einvoice")
    bought = await buy(world, price, token="sim_chargeback")
    await world.settle()
    assert (await check(bought.buyer))["state"] == "ACTIVE"
    for _ in range(2):
        world.clock.advance(timedelta(days=2))
        await world.settle()
        assert (await check(bought.buyer))["state"] == "REVOKED"
