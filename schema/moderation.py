"""Suspending people and organizations, and letting them act again."""

import strawberry

from domain.permissions import Permission
from resolvers import moderation as resolve
from resolvers.sessions import prepare_visit
from schema.inputs import an_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.users import User

_USER = {"user": (User, "The person as they are now.")}
_ORGANIZATION = {"organization": (Organization, "The organization as it is now.")}
_WHO = {"user_id": an_id("User", "The person.")}
_WHICH = {"organization_id": an_id("Organization", "The organization.")}
_REASON = {"reason": value(str, "Why, 1 to 1000 characters.")}
_TOLD = {"reason": value(str, "Why, 1 to 1000 characters; its members read it in their feed of events.")}


@strawberry.type
class ModerationMutations:
    suspend_user = mutation(
        resolve.suspend_user,
        "Keeps a person out: all their sessions end at once, and signing in fails as with a wrong password. FORBIDDEN"
        " for yourself and, without staff:members, for staff; WRONG_STATE unless they are ACTIVE.",
        needs=Permission.STAFF_MODERATION,
        takes={**_WHO, **_REASON},
        gives=_USER,
        prepare=prepare_visit,
    )
    reactivate_user = mutation(
        resolve.reactivate_user,
        "Lets a suspended person sign in again. FORBIDDEN for staff, without staff:members; WRONG_STATE unless they are"
        " SUSPENDED.",
        needs=Permission.STAFF_MODERATION,
        takes={**_WHO, **_REASON},
        gives=_USER,
    )
    suspend_organization = mutation(
        resolve.suspend_organization,
        "Leaves an organization nothing but reading and paying what it owes, from its members' next request on."
        " WRONG_STATE unless it is ACTIVE and for the platform itself; FORBIDDEN to its members.",
        needs=Permission.STAFF_MODERATION,
        takes={**_WHICH, **_TOLD},
        gives=_ORGANIZATION,
    )
    reactivate_organization = mutation(
        resolve.reactivate_organization,
        "Lets a suspended organization act again. WRONG_STATE unless it is SUSPENDED; FORBIDDEN to its members.",
        needs=Permission.STAFF_MODERATION,
        takes={**_WHICH, **_TOLD},
        gives=_ORGANIZATION,
    )
