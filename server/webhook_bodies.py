"""What webhooks say: the event, and what an endpoint asks of it, with the endpoint's rights of that moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from graphql import ExecutionResult, execute, parse

from domain.actors import Actor
from domain.app_events import shown_to_app
from domain.events import OutboxEvent
from domain.webhook_deliveries import WebhookDelivery
from domain.webhook_endpoints import WebhookEndpoint
from persistence.webhook_endpoints import actor_of
from resolvers.context import Context, Platform
from schema.api import schema
from schema.feeds import types_of_subjects
from schema.ids import PREFIXES, global_id
from schema.payload_queries import variables_of
from server.errors import as_fault


@dataclass(frozen=True, slots=True)
class WebhookBodies:
    """Writes them; `write` is what jobs are handed."""

    platform: Platform

    async def write(self, endpoint: WebhookEndpoint, delivery: WebhookDelivery, event: OutboxEvent | None) -> bytes:
        type_name = types_of_subjects().get(delivery.subject_type, delivery.subject_type)
        subject_id = global_id(type_name, delivery.subject_id) if type_name in PREFIXES else None
        async with self.platform.database.reader() as session:
            viewer = await actor_of(session, endpoint, delivery)
        whose = global_id("Organization", viewer.only_in or endpoint.organization_id)
        body: dict[str, Any] = {
            "id": delivery.message_id,
            "type": delivery.event_type,
            "occurredAt": _instant(delivery.occurred_at),
            "schemaVersion": endpoint.schema_version,
            "organizationId": whose,
            "subject": {"type": type_name, "id": subject_id, "version": delivery.subject_version},
            "data": _data(event, is_for_app=viewer.only_in is not None),
        }
        if endpoint.payload_query is not None and event is not None:
            given = {"subjectId": subject_id, "eventType": delivery.event_type, "organizationId": whose}
            body |= await self._asked(viewer, endpoint.payload_query, given, f"webhook-{endpoint.id.hex}")
        return orjson.dumps(body)

    async def _asked(self, viewer: Actor, query: str, given: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        """The result as `data`; where there is none, why not."""
        context = Context(platform=self.platform, viewer=viewer, request_id=request_id)
        variables = {name: given[name] for name in variables_of(query)}
        # Not through the endpoint's extensions: it was measured when it was stored, and is nobody's request.
        running = execute(schema._schema, parse(query), context_value=context, variable_values=variables)
        result = running if isinstance(running, ExecutionResult) else await running
        if not result.errors:
            return {"data": result.data}
        fault = as_fault(result.errors[0], context.request_id, hints=False)
        return {"payloadError": {"code": (fault.extensions or {}).get("code"), "message": fault.message}}


def _data(event: OutboxEvent | None, *, is_for_app: bool) -> Mapping[str, Any]:
    if event is None:
        return {}
    return shown_to_app(event.type, event.data) if is_for_app else event.data


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
