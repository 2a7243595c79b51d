"""Grants and promotions through the API: given by staff and developers, seen by them, and felt at once."""

from datetime import timedelta
from typing import Any

from domain.permissions import StaffRole
from tests.makers.apps import PERMISSIONS, make_partner
from tests.makers.catalogue import make_feature
from tests.world import Person, World

GRANT = "grant { id status featureCode value reasonKind reason revokeReason startsAt endsAt organization { id } }"
DAY = timedelta(days=1)


def given_to(person: Person, code: str = "einvoice", **more: Any) -> dict[str, Any]:
    """What granting a feature to somebody's organization takes."""
    whom = f"org_{person.organization_id.hex}"
    named = {"organizationId": whom, "featureCode": code, "reasonKind": "COMPENSATION"}
    return named | {"reason": "Their import failed twice"} | more


async def state(person: Person, code: str = "einvoice") -> tuple[bool, str | None, str | None]:
    asked = "query($code: String!) { checkEntitlement(featureCode: $code) { isActive state limit } }"
    found = (await person.ask(asked, code=code))["checkEntitlement"]
    return found["isActive"], found["state"], found["limit"]


async def test_a_grant_counts_with_the_next_check_and_revoking_it_too(world: World) -> None:
    client, staff = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    assert await state(client) == (False, None, None)
    grant = (await staff.do("grantEntitlement", GRANT, **given_to(client)))["grant"]
    assert (grant["status"], grant["featureCode"], grant["endsAt"]) == ("ACTIVE", "einvoice", None)
    assert await state(client) == (True, "ACTIVE", None)
    why = "They have found another way"
    revoked = (await staff.do("revokeEntitlementGrant", GRANT, grantId=grant["id"], reason=why))["grant"]
    assert (revoked["status"], revoked["revokeReason"]) == ("REVOKED", why)
    assert await state(client) == (False, "REVOKED", None)


async def test_billing_rule_29_grants_of_one_feature_never_overlap(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    now = world.clock.now()
    week = {"startsAt": (now + DAY).isoformat(), "endsAt": (now + 8 * DAY).isoformat()}
    first = (await staff.do("grantEntitlement", GRANT, **given_to(client, **week)))["grant"]
    assert first["status"] == "SCHEDULED"
    assert (await staff.refused("grantEntitlement", **given_to(client)))["code"] == "CONFLICT"
    await staff.do("grantEntitlement", GRANT, **given_to(client, endsAt=week["startsAt"]))
    await staff.do("grantEntitlement", GRANT, **given_to(client, startsAt=week["endsAt"]))
    again = given_to(client, **week)
    assert (await staff.refused("grantEntitlement", **again))["code"] == "CONFLICT"
    await staff.do("revokeEntitlementGrant", GRANT, grantId=first["id"], reason="It was too early")
    await staff.do("grantEntitlement", GRANT, **again)
    twice = await staff.refused("revokeEntitlementGrant", grantId=first["id"], reason="It was too early")
    assert (twice["code"], twice["from"]) == ("WRONG_STATE", "REVOKED")


async def test_billing_rule_29_an_expired_grant_never_blocks_a_new_one(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    end = world.clock.now() + DAY
    await staff.do("grantEntitlement", GRANT, **given_to(client, endsAt=end.isoformat()))
    world.clock.advance(2 * DAY)
    assert await state(client) == (False, "EXPIRED", None)
    await staff.do("grantEntitlement", GRANT, **given_to(client))
    assert await state(client) == (True, "ACTIVE", None)


async def test_limits_are_given_with_a_value_or_without_limits(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    await staff.do("grantEntitlement", GRANT, **given_to(client, "gigs.open", value="12"))
    assert await state(client, "gigs.open") == (True, "ACTIVE", "12")
    wrong = await staff.refused("grantEntitlement", **given_to(client, value="12", reason="  "))
    assert (wrong["code"], wrong["path"]) == ("INVALID", ["reason"])
    wrong = await staff.refused("grantEntitlement", **given_to(client, value="12"))
    assert (wrong["code"], wrong["path"]) == ("INVALID", ["value"])


async def test_unknown_features_and_organizations_are_not_found(world: World) -> None:
    client, staff = await world.client_side(), await world.staff()
    wrong = await staff.refused("grantEntitlement", **given_to(client, "teleport"))
    assert (wrong["code"], wrong["path"]) == ("NOT_FOUND", ["featureCode"])
    nobody = given_to(client) | {"organizationId": f"org_{client.user_id.hex}"}
    wrong = await staff.refused("grantEntitlement", **nobody)
    assert (wrong["code"], wrong["path"]) == ("NOT_FOUND", ["organizationId"])


async def test_developers_give_what_is_theirs_to_those_who_have_their_app(world: World) -> None:
    partner = await make_partner(world, permissions=[*PERMISSIONS, "ENTITLEMENTS_READ"])
    stranger, developer = await world.client_side(), partner.owner
    await make_feature(developer, "time.export", appId=partner.id)
    theirs = given_to(partner.user, "time.export", appId=partner.id)
    grant = (await developer.do("grantEntitlement", GRANT, **theirs))["grant"]
    wrong = await developer.refused("grantEntitlement", **given_to(stranger, "time.export", appId=partner.id))
    assert (wrong["code"], wrong["path"]) == ("NOT_FOUND", ["organizationId"])
    assert (await developer.refused("grantEntitlement", **given_to(partner.user)))["code"] == "FORBIDDEN"
    await stranger.refused("revokeEntitlementGrant", grantId=grant["id"], reason="It is not ours")
    listed = "{ entitlementGrants { nodes { id status featureCode } } }"
    seen = [(await person.ask(listed))["entitlementGrants"]["nodes"] for person in (developer, stranger)]
    assert seen == [[{"id": grant["id"], "status": "ACTIVE", "featureCode": "time.export"}], []]


async def test_a_promotion_is_for_its_audience_until_it_is_ended(world: World) -> None:
    client, freelancer, staff = await world.client_side(), await world.freelancer_side(), await world.staff()
    named, ends_at = await world.freelancer_side(), (world.clock.now() + DAY).isoformat()
    audience = {"kinds": ["CLIENT"], "organizationIds": [f"org_{named.organization_id.hex}"]}
    select = "promotion { id status featureCode kinds organizationIds endsAt }"
    made = await staff.do("createFeaturePromotion", select, featureCode="webhooks", audience=audience, endsAt=ends_at)
    promotion = made["promotion"]
    assert (promotion["status"], promotion["kinds"]) == ("ACTIVE", ["CLIENT"])
    assert [(await state(one, "webhooks"))[0] for one in (client, named, freelancer)] == [True, True, False]
    ended = await staff.do("endFeaturePromotion", select, promotionId=promotion["id"])
    assert ended["promotion"]["status"] == "ENDED"
    assert [(await state(one, "webhooks"))[0] for one in (client, named, freelancer)] == [False, False, False]
    assert (await staff.refused("endFeaturePromotion", promotionId=promotion["id"]))["code"] == "WRONG_STATE"
    assert (await client.refused("endFeaturePromotion", promotionId=promotion["id"]))["code"] == "NOT_FOUND"
    nobody = {"featureCode": "webhooks", "audience": {}, "endsAt": ends_at}
    assert (await staff.refused("createFeaturePromotion", **nobody))["path"] == ["audience", "kinds"]


async def test_staff_find_grants_by_whom_and_why(world: World) -> None:
    client, other, staff = await world.client_side(), await world.client_side(), await world.staff()
    for person in (client, other):
        await staff.do("grantEntitlement", GRANT, **given_to(person))
    await staff.do("grantEntitlement", GRANT, **given_to(client, "import", reasonKind="TEST"))
    asked = "query($f: EntitlementGrantFilter) { entitlementGrants(filter: $f) { nodes { featureCode } } }"

    async def found(**filter: Any) -> list[str]:
        nodes = (await staff.ask(asked, f=filter))["entitlementGrants"]["nodes"]
        return [one["featureCode"] for one in nodes]

    whom = f"org_{client.organization_id.hex}"
    assert await found(organizationId=whom) == ["import", "einvoice"]
    assert await found(reasonKind=["COMPENSATION"]) == ["einvoice", "einvoice"]
    assert await found(organizationId=whom, isRevoked=True) == []
