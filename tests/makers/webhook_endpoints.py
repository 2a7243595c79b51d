"""Webhook endpoints for tests, as whoever made them knows them."""

from dataclasses import dataclass
from typing import Any

from tests.makers.apps import Partner
from tests.world import Person

DELIVERIES = """
query($endpointId: ID) { webhookDeliveries(filter: { endpointId: $endpointId }, first: 100,
    orderBy: [{ field: CREATED_AT, direction: ASC }]) { nodes {
  id status eventType messageId redelivery nextAttemptAt skippedBecause body
  attempts { number statusCode responseExcerpt error } } } }
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """As whoever made it knows it."""

    owner: Person
    id: str
    secret: str

    async def deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.owner.ask(DELIVERIES, endpointId=self.id))["webhookDeliveries"][
            "nodes"
        ]
        return found

    async def statuses(self) -> list[str]:
        return [one["status"] for one in await self.deliveries()]

    async def shown(self, select: str) -> dict[str, Any]:
        found = await self.owner.ask(
            f"query($id: ID!) {{ node(id: $id) {{ ... on WebhookEndpoint {{ {select} }} }} }}", id=self.id
        )
        shown: dict[str, Any] = found["node"]
        return shown


async def make_endpoint(owner: Person, url: str, *types: str, **terms: Any) -> Endpoint:
    made = await owner.do(
        "createWebhookEndpoint", "secret endpoint { id }", url=url, eventTypes=list(types or ("gig.*",)), **terms
    )
    return Endpoint(owner, made["endpoint"]["id"], made["secret"])


async def make_app_endpoint(partner: Partner, url: str, *types: str, **terms: Any) -> Endpoint:
    """Of the app, which is told of whoever has let it in; what has happened before is over."""
    await partner.world.settle()
    return await make_endpoint(partner.owner, url, *(types or ("*",)), appId=partner.id, **terms)


async def spend_as(partner: Partner, quantity: int = 1, person: Person | None = None) -> str:
    """The id of what the app has used of an organization's credits; of its first user's unless said."""
    whose = (person or partner.user).organization_id
    spent = await partner.backend.do(
        "spendCredits",
        "transaction { id }",
        organizationId=f"org_{whose.hex}",
        quantity=quantity,
        idempotencyKey=partner.world.key(),
    )
    return str(spent["transaction"]["id"])


async def make_silent_endpoint(owner: Person) -> None:
    """An endpoint with a delivery that nobody sends: it is disabled, and a number of the internet needs no look-up."""
    endpoint = await make_endpoint(owner, "https://192.31.7.1/hooks")
    await owner.do("sendTestEvent", "delivery { id }", endpointId=endpoint.id)
    await owner.do("disableWebhookEndpoint", "endpoint { id }", endpointId=endpoint.id)
