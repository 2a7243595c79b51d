"""Webhook endpoints as those who manage them see them; a secret comes out once and never again."""

from datetime import datetime

import strawberry

from domain import webhook_endpoints as domain
from domain.permissions import Permission
from domain.webhook_endpoints import PER_SECOND, DisabledBy, WebhookEndpointStatus
from resolvers import webhook_endpoints as resolve
from schema.apps import App
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, patch, value
from schema.mutations import IdOf, mutation
from schema.organizations import Organization
from schema.payload_queries import problem_of
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    WebhookEndpointStatus,
    "Whether an endpoint is sent to.",
    ENABLED="Events are posted to it.",
    DISABLED="What happens is written down as SKIPPED, and can be redelivered.",
)
describe(
    DisabledBy,
    "Who has stopped an endpoint.",
    MANUAL="Somebody with webhooks:manage.",
    AUTO="Milepost: it answered 410, or took nothing of at least 20 deliveries for 72 hours.",
)


@shows(
    domain.WebhookEndpoint,
    "An address that events of your organization, or of those that have let an app of yours in, are posted to, signed"
    " as Standard Webhooks has it. Only members and keys with webhooks:manage see it.",
)
class WebhookEndpoint(Stateful):
    status: WebhookEndpointStatus = plain("Whether it is sent to.")
    organization: Organization = one(
        resolve.ORGANIZATION,
        Organization,
        "Who has made it, and whose events it is told unless it is an app's.",
        required=True,
    )
    app: App | None = one(
        resolve.APP,
        App,
        "The app that is told of those that have let it in; null where the organization is told of itself.",
    )
    url: str = plain("Where they are posted to.")
    event_types: list[str] = plain("Which: types such as invoice.paid, all of a noun as invoice.*, or all (*).")
    payload_query: str | None = plain("What is asked for `data`; null: what the event itself carries.")
    schema_version: int = plain("The form of the bodies that it is sent.")
    permissions: list[str] = plain(
        "What it may be told, and its query may read: the permissions of whoever made it, as far as the organization"
        " has them at the moment. None for an app, which is told what each organization lets it do at that moment."
    )
    max_per_second: int = plain("How many events it is sent in a second at most.")
    disabled_by: DisabledBy | None = plain("Who has disabled it; null while it is ENABLED.")
    disabled_because: str | None = plain("Why, where Milepost has disabled it.")
    failing_at: datetime | None = plain("Since when nothing that was tried has been delivered; null while it is well.")
    former_until: datetime | None = plain(
        "Until when the secret before this one signs as well; null: only one signs.", name="formerSecretEndsAt"
    )


@strawberry.input(description="Conditions on webhook endpoints; all given ones must hold.")
class WebhookEndpointFilter:
    status: list[WebhookEndpointStatus] | None = optional(list[WebhookEndpointStatus], "In one of these states.")
    app_id: strawberry.ID | None = optional_id("App", "Of this app.")


WebhookEndpointOrder = order_input(resolve.LIST, "WebhookEndpointOrder")

NEEDS = Permission.WEBHOOKS_MANAGE
WHICH = {"endpoint_id": an_id("WebhookEndpoint", "The endpoint.")}
ENDPOINT = (WebhookEndpoint, "The endpoint as it is now.")
_SECRET = (
    str,
    "What its signatures are checked with: whsec_ and 32 bytes in base64. It is shown here and never again.",
)
_TYPES = "1 to 100 types of events (see eventTypes), all of a noun as invoice.*, or * for all."
_URL = "An https address on port 443 or 8443 that stands for public addresses of the internet only."
_QUERY = (
    "A query whose result becomes `data`, asked with the endpoint's permissions when an event is sent for the first"
    " time. Its variables are some of $subjectId: ID!, $eventType: String!, $organizationId: ID!; depth at most 8, cost"
    " at most 500."
)
_SPEED = "How many events to send in a second at most, 1 to 100."


@strawberry.type
class WebhookEndpointQueries:
    webhook_endpoints = connection(
        resolve.LIST,
        WebhookEndpoint,
        "The webhook endpoints of your organization, newest first.",
        filter=WebhookEndpointFilter,
        order=WebhookEndpointOrder,
        needs=NEEDS,
    )


@strawberry.type
class WebhookEndpointMutations:
    create_webhook_endpoint = mutation(
        resolve.create_webhook_endpoint,
        "Has events of your active organization posted to an address from now on, or with appId those of the"
        " organizations that have let your app in. It is told what you may read yourself, or what they let the app do."
        " INVALID names every wrong field; NOT_FOUND for an app of another organization; FORBIDDEN at `app` unless it"
        " is ACTIVE; NOT_ENTITLED where the plan has no webhooks; LIMIT_REACHED with 20 endpoints.",
        needs=NEEDS,
        takes={
            "url": value(str, _URL),
            "event_types": value(list[str], _TYPES),
            "payload_query": optional(str, f"{_QUERY} Left out: `data` is what the event itself carries."),
            "max_per_second": optional(int, f"{_SPEED} Left out: {PER_SECOND}.", PER_SECOND),
            "app_id": optional_id(
                "App", "An app of your organization's that is told, of whoever has let it in. Left out: you are told."
            ),
        },
        gives={"endpoint": ENDPOINT, "secret": _SECRET},
        prepare=resolve.looking_for_app(problem_of),
        secret=True,
    )
    update_webhook_endpoint = mutation(
        resolve.update_webhook_endpoint,
        "Changes an endpoint; what is left out stays. FORBIDDEN to whoever may read less than it is told, INVALID names"
        " every wrong field. What was sent before keeps its body.",
        needs=NEEDS,
        takes=WHICH
        | {
            "url": patch(str, _URL),
            "event_types": patch(list[str], _TYPES),
            "payload_query": patch(str, f"{_QUERY} Null: `data` is what the event itself carries."),
            "max_per_second": patch(int, _SPEED),
        },
        gives={"endpoint": ENDPOINT},
        prepare=resolve.looking(problem_of),
        versioned=True,
    )
    enable_webhook_endpoint = mutation(
        resolve.enable_webhook_endpoint,
        "Sends to an endpoint again. What was skipped meanwhile is sent with redeliverFailed. NOT_ENTITLED where the"
        " plan has no webhooks.",
        needs=NEEDS,
        takes=WHICH,
        gives={"endpoint": ENDPOINT},
    )
    disable_webhook_endpoint = mutation(
        resolve.disable_webhook_endpoint,
        "Sends nothing to an endpoint any more. What waits for it is SKIPPED, and what happens from now on too.",
        needs=NEEDS,
        takes=WHICH,
        gives={"endpoint": ENDPOINT},
    )
    delete_webhook_endpoint = mutation(
        resolve.delete_webhook_endpoint,
        "Ends an endpoint for good, and with it the log of its deliveries.",
        needs=NEEDS,
        takes=WHICH,
        gives={"endpoint_id": (IdOf("WebhookEndpoint"), "The endpoint that is gone.")},
    )
    rotate_webhook_secret = mutation(
        resolve.rotate_webhook_secret,
        "Makes another secret. Until the overlap ends every request carries the signatures of both, so that receivers"
        " may know either.",
        needs=NEEDS,
        takes=WHICH
        | {
            "overlap_hours": optional(int, "How long the old secret signs as well, 0 to 168 hours; 24 unless said.", 24)
        },
        gives={"endpoint": ENDPOINT, "secret": _SECRET},
        prepare=resolve.prepare_secret,
        secret=True,
    )
