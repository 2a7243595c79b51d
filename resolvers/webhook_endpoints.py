"""Webhook endpoints: making and changing them. A secret is in one answer and nowhere else."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain import webhook_endpoints as rules
from domain.checks import Checks
from domain.ids import new_id
from domain.webhook_endpoints import LONGEST_OVERLAP, EndpointTerms, Looked
from domain.webhook_signatures import new_secret, shown
from integrations.public_addresses import guard_in_use
from integrations.vault import Vault
from persistence import apps, plan_limits, webhook_endpoints
from persistence.unit import Unit
from resolvers.apps import prepare_fields
from resolvers.context import Context
from resolvers.mutations import Changed

LIST, ORGANIZATION, APP = webhook_endpoints.LIST, webhook_endpoints.ORGANIZATION, webhook_endpoints.APP

QueryProblem = Callable[[str], str | None]
"""What is wrong with a query as a payload's; the schema knows."""


def looking(query_problem: QueryProblem) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Before the transaction, looks whether an address may be called and a query asked, as far as they are given."""

    async def prepare(context: Context, **arguments: Any) -> dict[str, Any]:
        url, query = arguments.get("url"), arguments.get("payload_query")
        looked = Looked(
            url=None if url is None else await guard_in_use().problem(url),
            query=None if query is None else query_problem(query),
        )
        return arguments | {"looked": looked, "vault": context.platform.vault}

    return prepare


def looking_for_app(query_problem: QueryProblem) -> Callable[..., Awaitable[dict[str, Any]]]:
    """The same, for an endpoint that may become an app's."""
    look = looking(query_problem)

    async def prepare(context: Context, **arguments: Any) -> dict[str, Any]:
        return await prepare_fields(context, **await look(context, **arguments))

    return prepare


async def prepare_secret(context: Context, **arguments: Any) -> dict[str, Any]:
    return arguments | {"vault": context.platform.vault}


async def create_webhook_endpoint(
    db: Unit,
    *,
    url: str,
    event_types: list[str],
    payload_query: str | None,
    max_per_second: int,
    app_id: UUID | None,
    looked: Looked,
    vault: Vault,
    is_sandbox: bool,
) -> Changed:
    organization, secret, id_ = await webhook_endpoints.organization_with_room(db), new_secret(), new_id()
    if app_id is not None:
        (await apps.own(db, app_id)).require_working(is_sandbox=is_sandbox)
    terms = EndpointTerms(url=url, event_types=event_types, payload_query=payload_query, max_per_second=max_per_second)
    sealed = vault.seal(secret, id_.bytes)
    endpoint = rules.create(id_, organization.id, sealed, terms, looked, app_id=app_id, by=db.by, at=db.at)
    db.add(endpoint)
    await plan_limits.admit(db, "createWebhookEndpoint", organization.id)
    return Changed(endpoint=endpoint, secret=shown(secret))


async def update_webhook_endpoint(
    db: Unit, *, endpoint_id: UUID, expected_version: int | None, looked: Looked, vault: Vault, **changes: Any
) -> Changed:
    endpoint = await webhook_endpoints.for_change(db, endpoint_id)
    endpoint.require_version(expected_version)
    known = {name: getattr(endpoint, name) for name in ("url", "event_types", "payload_query", "max_per_second")}
    given = {name: value for name, value in changes.items() if value is not None or name == "payload_query"}
    endpoint.update(EndpointTerms(**known | given), looked, by=db.by, at=db.at)
    return Changed(endpoint=endpoint)


async def enable_webhook_endpoint(db: Unit, *, endpoint_id: UUID) -> Changed:
    endpoint = await webhook_endpoints.for_change(db, endpoint_id)
    endpoint.enable(by=db.by, at=db.at)
    await plan_limits.admit(db, "enableWebhookEndpoint", endpoint.organization_id)
    return Changed(endpoint=endpoint)


async def disable_webhook_endpoint(db: Unit, *, endpoint_id: UUID) -> Changed:
    endpoint = await webhook_endpoints.for_change(db, endpoint_id)
    endpoint.disable(by=db.by, at=db.at)
    return Changed(endpoint=endpoint)


async def delete_webhook_endpoint(db: Unit, *, endpoint_id: UUID) -> Changed:
    endpoint = await webhook_endpoints.for_change(db, endpoint_id)
    endpoint.delete(by=db.by, at=db.at)
    return Changed(endpoint_id=str(endpoint.id))


async def rotate_webhook_secret(db: Unit, *, endpoint_id: UUID, overlap_hours: int, vault: Vault) -> Changed:
    checks = Checks()
    checks.whole("overlapHours", overlap_hours, least=0, most=LONGEST_OVERLAP // timedelta(hours=1))
    checks.refuse()
    endpoint, secret = await webhook_endpoints.for_change(db, endpoint_id), new_secret()
    sealed = vault.seal(secret, endpoint.id.bytes)
    endpoint.rotate(sealed, timedelta(hours=overlap_hours), by=db.by, at=db.at)
    return Changed(endpoint=endpoint, secret=shown(secret))
