"""Acting as somebody else, by staff."""

from datetime import datetime

import strawberry
from strawberry.scalars import ID

from domain import impersonations as domain
from domain.impersonations import LONGEST_MINUTES, ImpersonationMode
from domain.permissions import Permission
from resolvers import impersonations as resolve
from resolvers.sessions import prepare_visit
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.sessions import Session
from schema.shapes import Node, plain, shows
from schema.users import User

describe(
    ImpersonationMode,
    "What a member of the staff may do as somebody else.",
    READ_ONLY="See what they see, and change nothing.",
    READ_WRITE="Also work on gigs, projects and drafts of invoices. Never: money, agreements, members and their rights,"
    " keys, apps, or anything about the person's own account.",
)


@shows(domain.Impersonation, "A member of the staff acts as somebody, for a stated reason and at most 30 minutes.")
class Impersonation(Node):
    staff_user: User | None = one(resolve.STAFF_USER, User, "Who acts, for those who may know them.")
    target_user: User | None = one(resolve.TARGET_USER, User, "As whom.")
    mode: ImpersonationMode = plain("What they may do.")
    reason: str = plain("Why.")
    ticket: str | None = plain("The request of the customer that it is about.")
    started_at: datetime = plain("When it began, in real time.")
    ends_at: datetime = plain("When it ends in any case.")
    ended_at: datetime | None = plain("When it ended; null while it goes on.")
    version: int = plain("Counts the committed changes, from 1.")


@strawberry.input(description="Conditions on impersonations; all given ones must hold.")
class ImpersonationFilter:
    user_id: ID | None = optional_id("User", "As whom.")
    staff_user_id: ID | None = optional_id("User", "By whom.")
    is_open: bool | None = optional(bool, "Those that go on, or those that have ended.")


ImpersonationOrder = order_input(resolve.LIST, "ImpersonationOrder")

_IMPERSONATION = {"impersonation": (Impersonation, "The impersonation as it is now.")}


@strawberry.type
class ImpersonationQueries:
    impersonations = connection(
        resolve.LIST,
        Impersonation,
        "When staff acted as somebody else, latest first. Needs the permission staff:read.",
        filter=ImpersonationFilter,
        order=ImpersonationOrder,
        needs=Permission.STAFF_READ,
    )


@strawberry.type
class ImpersonationMutations:
    start_impersonation = mutation(
        resolve.start_impersonation,
        "Opens a session in which you act as somebody else; they are told by mail when it has ended. FORBIDDEN as"
        " yourself or as staff, and READ_WRITE for all but ADMINs; WRONG_STATE unless the person is ACTIVE; NOT_FOUND"
        " for an organization they do not belong to.",
        needs=Permission.STAFF_IMPERSONATE,
        takes={
            "user_id": an_id("User", "As whom."),
            "organization_id": optional_id("Organization", "For which of their organizations; else their last one."),
            "mode": optional(ImpersonationMode, "READ_ONLY unless said.", ImpersonationMode.READ_ONLY),
            "reason": value(str, "Why, 10 to 1000 characters; the person reads it."),
            "ticket": optional(str, "The request of the customer that it is about, to 100 characters."),
            "minutes": optional(int, f"For how long, 1 to {LONGEST_MINUTES}; 30 unless said.", LONGEST_MINUTES),
        },
        gives=_IMPERSONATION
        | {
            "session": (Session, "The session in which you act as them."),
            "token": (str, "Send it as `Authorization: Bearer …` to act as them. It is shown here and never again."),
        },
        prepare=prepare_visit,
        secret=True,
    )
    end_impersonation = mutation(
        resolve.end_impersonation,
        "Ends an impersonation and its session, from your own session. One that has ended already stays as it is."
        " FORBIDDEN for one that another began, without staff:members.",
        needs=Permission.STAFF_IMPERSONATE,
        takes={"impersonation_id": an_id("Impersonation", "The impersonation.")},
        gives=_IMPERSONATION,
        prepare=prepare_visit,
    )
