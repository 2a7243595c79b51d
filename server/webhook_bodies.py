"""What webhooks say: the event, and what an endpoint asks of it, with the endpoint's rights of that moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from graphql import ExecutionResult, execute, parse

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
        body: dict[str, Any] = {
            "id": delivery.message_id,
            "type": delivery.event_type,
            "occurredAt": _instant(delivery.occurred_at),
            "schemaVersion": endpoint.schema_version,
            "subject": {"type": type_name, "id": subject_id, "version": delivery.subject_version},
            "data": {} if event is None else event.data,
        }
        if endpoint.payload_query is not None and event is not None:
            given = {
                "subjectId": subject_id,
                "eventType": delivery.event_type,
                "organizationId": global_id("Organization", endpoint.organization_id),
            }
            body |= await self._asked(endpoint, endpoint.payload_query, given)
        return orjson.dumps(body)

    async def _asked(self, endpoint: WebhookEndpoint, query: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The result as `data`; where there is none, why not."""
        async with self.platform.database.reader() as session:
            viewer = await actor_of(session, endpoint)
        context = Context(platform=self.platform, viewer=viewer, request_id=f"webhook-{endpoint.id.hex}")
        variables = {name: given[name] for name in variables_of(query)}
        # Not through the endpoint's extensions: it was measured when it was stored, and is nobody's request.
        running = execute(schema._schema, parse(query), context_value=context, variable_values=variables)
        result = running if isinstance(running, ExecutionResult) else await running
        if not result.errors:
            return {"data": result.data}
        fault = as_fault(result.errors[0], context.request_id, hints=False)
        return {"payloadError": {"code": (fault.extensions or {}).get("code"), "message": fault.message}}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
