"""Apps that are not let in any more: nothing more is told, and what was on its way stays here."""

from datetime import timedelta

from sqlalchemy import update

from domain.organizations import OrganizationStatus
from persistence.tables.identity import organizations
from tests.makers.apps import Partner, install
from tests.makers.receivers import Receiver
from tests.makers.rows import write
from tests.makers.webhook_endpoints import Endpoint, make_app_endpoint, spend_as

RETRY = timedelta(seconds=5)


async def make_waiting(partner: Partner, receiver: Receiver) -> Endpoint:
    """An endpoint that something is on its way to: it was tried once."""
    endpoint = await make_app_endpoint(partner, receiver.url, "credits.*")
    receiver.status = 500
    await spend_as(partner)
    await partner.world.settle()
    assert await endpoint.statuses() == ["RETRYING"]
    receiver.status = 200
    return endpoint


async def later(partner: Partner) -> None:
    partner.world.clock.advance(RETRY)
    await partner.world.settle()


async def shown(endpoint: Endpoint) -> list[tuple[str, str | None, bool]]:
    """What became of each delivery, why, and whether its body is shown."""
    found = await endpoint.deliveries()
    return [(one["status"], one["skippedBecause"], one["body"] is not None) for one in found]


async def test_an_app_that_was_uninstalled_is_told_nothing_more(partner: Partner, receiver: Receiver) -> None:
    begun = partner.world.clock.now()
    endpoint = await make_waiting(partner, receiver)
    assert await shown(endpoint) == [("RETRYING", None, True)]
    await partner.user.do("uninstallApp", "installation { id }", installationId=partner.installation)
    await later(partner)
    assert (await shown(endpoint), receiver.connections) == ([("SKIPPED", "APP_NOT_LET_IN", False)], 1)
    (delivery,) = await endpoint.deliveries()
    refusal = await partner.owner.refused("redeliverWebhook", deliveryId=delivery["id"])
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["installation"])
    since = {"endpointId": endpoint.id, "occurredFrom": begun.isoformat()}
    assert await partner.owner.do("redeliverFailed", "redelivered isComplete", **since) == {
        "redelivered": 0,
        "isComplete": True,
    }


async def test_who_lets_the_app_in_again_is_told_of_from_then_on(partner: Partner, receiver: Receiver) -> None:
    endpoint = await make_waiting(partner, receiver)
    await partner.user.do("uninstallApp", "installation { id }", installationId=partner.installation)
    await install(partner.user, partner.id)
    await spend_as(partner, 7)
    await later(partner)
    assert await shown(endpoint) == [("SKIPPED", "APP_NOT_LET_IN", False), ("DELIVERED", None, True)]
    assert [one.json["data"]["quantity"] for one in receiver.heard] == ["1", "7"]


async def test_an_app_that_is_suspended_is_told_what_waited_once_it_is_active_again(
    partner: Partner, receiver: Receiver
) -> None:
    world, begun = partner.world, partner.world.clock.now()
    endpoint = await make_waiting(partner, receiver)
    await partner.reviewer.do("suspendApp", "app { id }", appId=partner.id, reason="Complaints")
    await later(partner)
    assert (await shown(endpoint), receiver.connections) == ([("SKIPPED", "APP_NOT_LET_IN", False)], 1)
    await partner.reviewer.do("activateApp", "app { id }", appId=partner.id)
    since = {"endpointId": endpoint.id, "occurredFrom": begun.isoformat()}
    assert (await partner.owner.do("redeliverFailed", "redelivered", **since))["redelivered"] == 1
    await world.settle()
    first, again = receiver.heard
    assert (first.body, first.headers["webhook-id"]) == (again.body, again.headers["webhook-id"])
    assert await endpoint.statuses() == ["SKIPPED", "DELIVERED"]


async def test_what_happens_while_an_app_is_suspended_is_not_even_written_down(
    partner: Partner, receiver: Receiver
) -> None:
    endpoint = await make_app_endpoint(partner, receiver.url, "credits.*")
    await spend_as(partner)
    await partner.reviewer.do("suspendApp", "app { id }", appId=partner.id, reason="Complaints")
    await partner.world.settle()
    assert (await shown(endpoint), receiver.connections) == ([], 0)


async def test_a_permission_that_is_taken_back_ends_what_was_on_its_way(partner: Partner, receiver: Receiver) -> None:
    endpoint = await make_waiting(partner, receiver)
    await install(partner.user, partner.id, ["CREDITS_READ"])
    await later(partner)
    assert (await shown(endpoint), receiver.connections) == ([("SKIPPED", "APP_NOT_LET_IN", False)], 1)


async def test_an_app_whose_owner_is_suspended_is_told_nothing(partner: Partner, receiver: Receiver) -> None:
    endpoint, owner = await make_waiting(partner, receiver), partner.owner.organization_id
    of_owner = update(organizations).where(organizations.c.id == owner)
    await write(partner.world, of_owner.values(status=OrganizationStatus.SUSPENDED))
    await later(partner)
    await write(partner.world, of_owner.values(status=OrganizationStatus.ACTIVE))
    assert (await shown(endpoint), receiver.connections) == ([("SKIPPED", "APP_NOT_LET_IN", True)], 1)


async def test_what_waits_for_a_disabled_endpoint_says_so(partner: Partner, receiver: Receiver) -> None:
    endpoint = await make_waiting(partner, receiver)
    await partner.owner.do("disableWebhookEndpoint", "endpoint { id }", endpointId=endpoint.id)
    await later(partner)
    assert await shown(endpoint) == [("SKIPPED", "ENDPOINT_DISABLED", True)]
