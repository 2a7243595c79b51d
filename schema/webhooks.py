"""What the API has of outbound webhooks, put together for its roots."""

import strawberry

from schema.event_types import EventTypeQueries
from schema.webhook_deliveries import WebhookDeliveryMutations, WebhookDeliveryQueries
from schema.webhook_endpoints import WebhookEndpointMutations, WebhookEndpointQueries


@strawberry.type
class WebhookQueries(WebhookEndpointQueries, WebhookDeliveryQueries, EventTypeQueries):
    pass


@strawberry.type
class WebhookMutations(WebhookEndpointMutations, WebhookDeliveryMutations):
    pass
