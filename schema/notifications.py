"""Notifications as people read them, in lists and live."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import ID

from domain import notifications as domain
from domain.notifications import NotificationCategory
from resolvers import notifications as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from resolvers.live import Update
from schema.connections import connection, one
from schema.enums import describe
from schema.feeds import AFTER, LiveMessage, types_of_subjects
from schema.guarded import asks, guarded
from schema.ids import PREFIXES, global_id
from schema.inputs import optional, optional_ids
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import JSON
from schema.shapes import Node, plain, shows

describe(
    NotificationCategory,
    "What a notification is about.",
    WORK="Gigs, proposals, projects and milestones.",
    INVOICES="Invoices, on either side.",
    MONEY="Payments, payouts, refunds and held money.",
    PAYMENT_FAILURE="Money that did not arrive. Mail about it cannot be switched off.",
    BILLING="Subscriptions and credits.",
    APPROVALS="Consent that is asked for and decided.",
    TEAM="Who is invited to an organization and joins it.",
    SECURITY="Passwords, keys, roles. Mail about it cannot be switched off, and comes in quiet hours too.",
    LEGAL="Disputes and chargebacks. Mail about it cannot be switched off.",
)


@shows(domain.Notification, "Something you are told because of an event, once. It is kept for 180 days.")
class Notification(Node):
    type: str = plain("The type of the event, for example milestone.submitted; eventTypes has more.")
    category: NotificationCategory = plain("What it is about.")
    organization: Organization | None = one(
        resolve.ORGANIZATION, Organization, "For whom you are told it; null where it is about yourself."
    )
    title: str = plain("In one line.")
    text: str = plain("In a sentence or two.")
    params: JSON = plain("What the texts were made of, by name, for texts of your own.")
    created_at: datetime = plain("When you were told.")
    read_at: datetime | None = plain("When you marked it as read.")

    @strawberry.field(description="The id of the object it is about; null for objects that only work inside.")
    def subject_id(self: Any) -> ID | None:
        type_name = types_of_subjects().get(self.subject_type)
        return ID(global_id(type_name, self.subject_id)) if type_name in PREFIXES else None


@shows(domain.CategoryCount, "How many unread notifications there are of a category.")
class CategoryCount:
    category: NotificationCategory = plain("The category.")
    count: int = plain("How many.")


@shows(domain.UnreadCounts, "What you have not read yet.")
class UnreadCounts:
    notifications: int = plain("How many notifications, in all.")
    by_category: list[CategoryCount] = plain("How many of each category that has any.")


@shows(Update, "A message of your feed of notifications.")
class NotificationUpdate(LiveMessage):
    notification: Notification | None = one(
        resolve.NOTIFICATION, Notification, "What you are told; null after a gap, and once it is no longer kept."
    )

    @strawberry.field(description="How many you have not read, all in all: the number for a badge.")
    async def unread_count(self, info: strawberry.Info[Context, None]) -> int:
        return (await resolve.unread_counts(info.context)).notifications


@strawberry.input(description="Conditions on notifications; all given ones must hold.")
class NotificationFilter:
    unread: bool | None = optional(bool, "True: only those you have not read. False: only those you have.")
    category: list[NotificationCategory] | None = optional(list[NotificationCategory], "Of one of these categories.")


@strawberry.type
class NotificationQueries:
    notifications = connection(
        resolve.LIST,
        Notification,
        "What you were told, the latest first.",
        filter=NotificationFilter,
        needs=Needs.PERSON,
    )

    @asks(Needs.PERSON, "How much you have not read yet.", graphql_type=UnreadCounts)
    async def unread_counts(self, info: strawberry.Info[Context, None]) -> Any:
        return await resolve.unread_counts(info.context)


@strawberry.type
class NotificationMutations:
    mark_notifications_read = mutation(
        resolve.mark_notifications_read,
        "Marks notifications of yours as read: those named, or all there are. NOT_FOUND for one that is not yours.",
        needs=Needs.PERSON,
        takes={
            "ids": optional_ids("Notification", "At most 100. Left out: all."),
            "category": optional(list[NotificationCategory], "Only those of these categories."),
        },
        gives={
            "read_count": (int, "How many were unread until now."),
            "unread": (UnreadCounts, "What is left."),
        },
    )


async def _received(info: strawberry.Info[Context, None], after: AFTER = None) -> Any:
    return await resolve.notification_received(info.context, after)


@strawberry.type
class NotificationFeeds:
    notification_received = strawberry.subscription(
        resolver=guarded(Needs.PERSON, _received),
        graphql_type=NotificationUpdate,
        description="What you are told, as it comes, with the number of all that you have not read.",
        metadata={"needs": Needs.PERSON},
    )
