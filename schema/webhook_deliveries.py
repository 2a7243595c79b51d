"""Webhook deliveries and their attempts: the log of what endpoints were told, and sending it again."""

from datetime import datetime

import strawberry
from strawberry.scalars import ID

from domain import webhook_deliveries as domain
from domain.webhook_deliveries import WebhookDeliveryStatus, WebhookSkipReason
from resolvers import webhook_deliveries as resolve
from schema.app_installations import AppInstallation
from schema.connections import computed, connection, many, one, order_input
from schema.enums import describe
from schema.feeds import types_of_subjects
from schema.ids import PREFIXES, global_id
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.scalars import JSON
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.webhook_endpoints import ENDPOINT, NEEDS, WHICH, WebhookEndpoint

describe(
    WebhookDeliveryStatus,
    "The life of a delivery.",
    PENDING="It waits to be sent.",
    RETRYING="It did not arrive, and is tried again at nextAttemptAt.",
    DELIVERED="It was answered with a status of 2xx.",
    FAILED="It did not arrive in eight attempts, or was refused for good.",
    SKIPPED="There was something against sending it: see skippedBecause.",
)
describe(
    WebhookSkipReason,
    "Why a delivery is not sent.",
    ENDPOINT_DISABLED="Its endpoint was disabled.",
    APP_NOT_LET_IN="Its app may not know it any more: it was uninstalled or suspended, or a permission was taken back.",
)


@shows(domain.DeliveryAttempt, "One posting of a delivery, and what was answered.")
class DeliveryAttempt:
    number: int = plain("Which of up to eight.")
    at: datetime = plain("When it was sent.")
    latency_ms: int = plain("How many milliseconds passed until the answer was there, or was given up.")
    status_code: int | None = plain("The status of the answer; null where there was none.")
    response_excerpt: str | None = plain("The beginning of the answer's body, 2048 bytes at most.")
    error: str | None = plain("Why there is no answer: nothing was sent, or nothing came back.")


@shows(
    domain.WebhookDelivery,
    "One event on its way to one endpoint, kept for 30 days. Needs webhooks:manage.",
)
class WebhookDelivery(Stateful):
    status: WebhookDeliveryStatus = plain("Where it stands.")
    endpoint: WebhookEndpoint = one(resolve.ENDPOINT, WebhookEndpoint, "For whom it is.", required=True)
    installation: AppInstallation | None = one(
        resolve.INSTALLATION,
        AppInstallation,
        "By which your app is told of it, for those with apps:develop; null where it is about your own organization.",
    )
    message_id: str = plain("The header webhook-id, and `id` of the body: the same however often the event is sent.")
    redelivery: int = plain("0, or how many deliveries of the same event came before it.")
    event_type: str = plain("What happened.")

    @strawberry.field(description="The id of the object it happened to; null for objects that only work inside.")
    def subject_id(self: domain.WebhookDelivery) -> ID | None:
        type_name = types_of_subjects().get(self.subject_type)
        return ID(global_id(type_name, self.subject_id)) if type_name in PREFIXES else None

    subject_version: int = plain("The version the object has since.")
    occurred_at: datetime = plain("When it happened.")
    skipped_because: WebhookSkipReason | None = plain("Why it was not sent; null where it was, or still may be.")
    next_attempt_at: datetime | None = plain("When it is sent next; null where nothing sends it any more.")
    attempts: list[DeliveryAttempt] = many(
        resolve.ATTEMPTS, DeliveryAttempt, "How often it was sent and what was answered, in order."
    )
    body: JSON | None = computed(
        resolve.BODY,
        JSON | None,
        "What is sent; null before the first attempt, for those who may not read all that the endpoint is told, and"
        " where it is about an organization that does not let your app know it any more.",
    )


@strawberry.input(description="Conditions on deliveries; all given ones must hold.")
class WebhookDeliveryFilter:
    endpoint_id: strawberry.ID | None = optional_id("WebhookEndpoint", "For this endpoint.")
    status: list[WebhookDeliveryStatus] | None = optional(list[WebhookDeliveryStatus], "In one of these states.")
    event_type: list[str] | None = optional(list[str], "Of one of these types of events.")


WebhookDeliveryOrder = order_input(resolve.LIST, "WebhookDeliveryOrder")


@strawberry.type
class WebhookDeliveryQueries:
    webhook_deliveries = connection(
        resolve.LIST,
        WebhookDelivery,
        "What your endpoints are told, newest first.",
        filter=WebhookDeliveryFilter,
        order=WebhookDeliveryOrder,
        needs=NEEDS,
    )


@strawberry.type
class WebhookDeliveryMutations:
    send_test_event = mutation(
        resolve.send_test_event,
        "Sends an endpoint an event of the type webhook_endpoint.tested, which says nothing but that you asked for it."
        " WRONG_STATE while the endpoint is DISABLED.",
        needs=NEEDS,
        takes=WHICH,
        gives={"delivery": (WebhookDelivery, "The delivery; it is sent at once.")},
    )
    redeliver_webhook = mutation(
        resolve.redeliver_webhook,
        "Sends an event again, also one that was delivered: with the same body and webhook-id and a new time."
        " WRONG_STATE while it is still tried, or its endpoint is DISABLED; FORBIDDEN at `installation` where your app"
        " may not know it any more.",
        needs=NEEDS,
        takes={"delivery_id": an_id("WebhookDelivery", "Any delivery of the event.")},
        gives={"delivery": (WebhookDelivery, "The new delivery.")},
    )
    redeliver_failed = mutation(
        resolve.redeliver_failed,
        "Sends again what happened in a span and did not arrive (FAILED, SKIPPED), oldest first, 500 at once. Repeat it"
        " until isComplete. WRONG_STATE while the endpoint is DISABLED.",
        needs=NEEDS,
        takes=WHICH
        | {
            "occurred_from": value(datetime, "What happened at this instant or later."),
            "occurred_to": optional(datetime, "And up to this one, at most 30 days later. Left out: up to now."),
        },
        gives={
            "endpoint": ENDPOINT,
            "redelivered": (int, "How many are sent again."),
            "is_complete": (bool, "Whether there are no more."),
        },
    )
