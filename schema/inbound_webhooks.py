"""Inbound webhooks as staff read them and let them be handled again."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain import inbound_webhooks as domain
from domain.inbound_webhooks import InboundWebhookStatus, SubjectKind
from domain.payment_methods import Provider
from resolvers import inbound_webhooks as resolve
from schema.connections import computed, connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.money_exceptions import MoneyException
from schema.mutations import mutation
from schema.scalars import JSON
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    SubjectKind,
    "What a message of a provider is about.",
    CHARGE="Money that is taken from a payer.",
    REFUND="Money that goes back to a payer.",
    PAYOUT="Money that goes to a payee.",
    CHARGEBACK="A payer's bank that takes money back.",
    METHOD="Something that is paid with.",
    PAYEE="Whoever is paid out to.",
    SUBSCRIPTION="What a payer is billed for again and again.",
    NOTHING="What has no effect here.",
)
describe(
    InboundWebhookStatus,
    "The life of an inbound webhook.",
    RECEIVED="It waits for a worker.",
    PROCESSING="A worker asks the provider for the object that it names, and follows that.",
    PROCESSED="The object stands here as it stood at the provider.",
    IGNORED="There was nothing to do: its type has no effect here, or its object was followed further already.",
    PROCESSED_WITH_ERROR="It cannot be followed. No money is concerned, so that it is only noted.",
    PARKED="It cannot be followed, money is concerned, and a money exception is open. It waits for people.",
    FAILED="It could not be followed and is tried again at nextAttemptAt.",
    DEAD_LETTER="It was tried eight times and waits for people.",
)


@shows(
    domain.InboundWebhook,
    "Something that a provider has told, proved to be the provider's, and kept for 90 days. It only says what to look"
    " at: what it says of money is asked for and not believed. Needs staff:ops or staff:money.",
)
class InboundWebhook(Stateful):
    status: InboundWebhookStatus = plain("Where it stands.")
    provider: Provider = plain("Who tells it.")
    account: str = plain("The provider's name for the account it is about; empty for the platform's own.")
    external_id: str = plain("The provider's name for it, unique in its account.")
    type: str = plain("What has happened, in the provider's words, for example payment_intent.succeeded.")
    kind: SubjectKind = plain("What it is about.")
    key: UUID | None = plain("Our own key of the object, where it carries one: the id of an attempt.")
    odd_key: str | None = plain("What it carries where our key should be, if that is none of our keys.")
    provider_id: str | None = plain("The provider's name for the object.")
    occurred_at: datetime = plain("When it happened, by the provider's clock.")
    received_at: datetime = plain("When it came.")
    attempts: int = plain("How often it was tried since it came, or since it was replayed last.")
    next_attempt_at: datetime | None = plain("When it is tried next; null where nothing tries it.")
    error: str | None = plain("Why it could not be followed the last time.")
    result: str | None = plain("What came of it.")
    replay_reason: str | None = plain("Why it was replayed last.")
    exception: MoneyException | None = one(
        resolve.EXCEPTION, MoneyException, "What was opened for it, with its owner, for those who handle money."
    )
    payload: JSON | None = computed(
        resolve.PAYLOAD,
        JSON | None,
        "Its body with [withheld] for all that could tell who somebody is: names, addresses, cards, accounts.",
    )


@strawberry.input(description="Conditions on inbound webhooks; all given ones must hold.")
class InboundWebhookFilter:
    provider: list[Provider] | None = optional(list[Provider], "Of one of these providers.")
    status: list[InboundWebhookStatus] | None = optional(list[InboundWebhookStatus], "In one of these states.")
    type: list[str] | None = optional(list[str], "Of one of these types, in the provider's words.")
    provider_id: str | None = optional(str, "About the object with this name at its provider.")
    exception_id: strawberry.ID | None = optional_id("MoneyException", "That this exception was opened for.")
    received_from: datetime | None = optional(datetime, "Received at this instant or later.")
    received_before: datetime | None = optional(datetime, "Received before this instant.")


InboundWebhookOrder = order_input(resolve.LIST, "InboundWebhookOrder")


@strawberry.type
class InboundWebhookQueries:
    inbound_webhooks = connection(
        resolve.LIST,
        InboundWebhook,
        "What providers have told, newest first.",
        filter=InboundWebhookFilter,
        order=InboundWebhookOrder,
        needs=resolve.READERS,
    )


@strawberry.type
class InboundWebhookMutations:
    replay_inbound_webhook = mutation(
        resolve.replay_inbound_webhook,
        "Lets an inbound webhook be handled again, as if it had just come. It decides nothing about its money "
        "exception: that is a step of its own. WRONG_STATE unless it is PARKED, DEAD_LETTER or PROCESSED_WITH_ERROR.",
        needs=resolve.READERS,
        takes={
            "webhook_id": an_id("InboundWebhook", "The webhook."),
            "reason": value(str, "What is different now, 1 to 1000 characters."),
        },
        gives={"webhook": (InboundWebhook, "The webhook as it is now.")},
    )
