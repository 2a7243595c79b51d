"""Partner apps as their owners, their reviewers and the organizations that use them see them."""

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.scalars import ID

from domain import apps as domain
from domain.app_permissions import AppPermission
from domain.apps import AppStatus
from domain.permissions import Permission
from resolvers import apps as resolve
from resolvers.context import Context
from resolvers.sessions import prepare_visit
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, patch, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import URL
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    AppStatus,
    "The life of an app.",
    PENDING_REVIEW="Staff look at it. In a sandbox its owner uses it already.",
    ACTIVE="Organizations may install it.",
    REJECTED="Staff did not approve of it; see reviewNote, and resubmitApp.",
    SUSPENDED="Staff have stopped it for now; its calls are FORBIDDEN.",
    REVOKED="It is over, with its keys, installations and sessions.",
)
describe(
    AppPermission,
    "What an app may do in an organization that has consented to it. Tokens name it as each of these begins.",
    PROFILE_READ="profile:read: name, address, language and zone of whoever signs in to it.",
    CREDITS_READ="credits:read: how many credits there are.",
    CREDITS_PURCHASE="credits:purchase: buy credits.",
    CREDITS_CONSUME="credits:consume: use credits up.",
    SUBSCRIPTIONS_MANAGE="subscriptions:manage: begin, change and end subscriptions.",
    ENTITLEMENTS_READ="entitlements:read: what the organization's plan contains.",
    USAGE_WRITE="usage:write: report what was used.",
    ANALYTICS_READ="analytics:read: figures of what was done with it.",
)


def _private(name: str, graphql_type: Any, description: str) -> Any:
    """A field for the owner's developers and for staff; null for others."""

    def resolve_private(root: Any, info: strawberry.Info[Context, None]) -> Any:
        return getattr(root, name) if resolve.shows_private(root, info.context.viewer) else None

    text = f"{description} Null unless it is your app and you have apps:develop, or staff:apps."
    return strawberry.field(resolver=resolve_private, graphql_type=graphql_type | None, description=text)


@strawberry.type(description="What an approved app shall become, and is not until staff have decided.")
class AppChange:
    @strawberry.field(description="The permissions that it asks for besides.")
    def permissions(self: dict[str, Any]) -> list[AppPermission]:
        return [AppPermission(one) for one in self.get("permissions", ())]

    @strawberry.field(description="The origins that its users shall come from besides.")
    def allowed_origins(self: dict[str, Any]) -> list[str]:
        return list(self.get("allowed_origins", ()))

    @strawberry.field(description="Its other domain; null where that stays.")
    def domain(self: dict[str, Any]) -> str | None:
        return self.get("domain")

    @strawberry.field(description="Its other address, outside of its domain so far; null where that stays.")
    def url(self: dict[str, Any]) -> URL | None:
        return self.get("url")


@shows(domain.App, "An app of a partner, which people sign in to with Milepost and organizations let act for them.")
class App(Stateful):
    status: AppStatus = plain("Where it stands.")
    client_id: str = plain("What it is called in tokens: their `aud`.")
    owner: Organization = one(resolve.OWNER, Organization, "Whose it is.", required=True)
    name: str = plain("What it is called.")
    domain: str = plain("Its domain.")
    url: URL = plain("Where it is found: at its domain or below.")
    primary_color: str = plain("Its colour, as #RRGGBB.")
    permissions: list[AppPermission] = plain("What it asks for; an organization may consent to less.")
    allowed_origins: list[str] = plain("From where people sign in to it: scheme, host and port.")
    is_public: bool = plain("Whether everybody finds and installs it once it is ACTIVE; otherwise only its owner.")
    max_users: int | None = _private("max_users", int, "How many people may use it.")
    pending_change: AppChange | None = _private("pending_change", AppChange, "What waits for staff to decide.")
    review_note: str | None = _private("review_note", str, "What staff said when they last decided.")
    reviewed_by: User | None = one(resolve.REVIEWED_BY, User, "Who of staff decided last, for those who may know them.")


@strawberry.input(description="Conditions on apps; all given ones must hold.")
class AppFilter:
    status: list[AppStatus] | None = optional(list[AppStatus], "In one of these states.")
    owner_organization_id: ID | None = optional_id("Organization", "Of this organization.")
    has_pending_change: bool | None = optional(bool, "With a change that waits for staff, or without.")


AppOrder = order_input(resolve.LIST, "AppOrder")


def _fields(make: Callable[..., Any], *no_list: Any) -> dict[str, Any]:
    """Fields of registering and of changing; `no_list` is what null means where a list is wanted."""
    return {
        "name": make(str, "What it is called, 1 to 120 characters."),
        "domain": make(str, "Its domain, for example tools.example."),
        "url": make(URL, "Where it is found: an https address at its domain or below."),
        "primary_color": make(str, "Its colour, as #RRGGBB."),
        "permissions": make(list[AppPermission], "What it asks for, at least one.", *no_list),
        "allowed_origins": make(
            list[str],
            "From where people sign in to it, 1 to 20: exactly scheme, host and port, https only; in a sandbox"
            " http://localhost as well.",
            *no_list,
        ),
    }


_APP = {"app": (App, "The app as it is now.")}
_ID = {"app_id": an_id("App", "The app.")}
_NEUTRAL = "FORBIDDEN to members of its owner. "


@strawberry.type
class AppQueries:
    apps = connection(
        resolve.LIST,
        App,
        "Your organization's apps, those it has installed and those it could, newest first; for staff:apps all.",
        filter=AppFilter,
        order=AppOrder,
        needs=resolve.READERS,
    )


@strawberry.type
class AppMutations:
    register_app = mutation(
        resolve.register_app,
        "Registers an app of your active organization, for staff to review. In a sandbox you can install it and sign in"
        " to it meanwhile. INVALID names every wrong field.",
        needs=Permission.APPS_DEVELOP,
        takes={
            **_fields(value),
            "is_public": optional(bool, "Whether everybody may find and install it; false unless said.", False),
            "max_users": optional(int, "How many people may use it; any number unless said."),
        },
        gives=_APP,
        prepare=resolve.prepare_fields,
    )
    update_app = mutation(
        resolve.update_app,
        "Changes an app of your organization. Once it has been approved, permissions and origins that are added, and"
        " another domain, wait in pendingChange for staff; what is taken away is gone at once. To replace an origin,"
        " first add the new one. INVALID names every wrong field.",
        needs=Permission.APPS_DEVELOP,
        takes={
            **_ID,
            **_fields(patch, []),
            "is_public": patch(bool, "Whether everybody may find and install it.", False),
            "max_users": patch(int, "How many people may use it; null: any number."),
        },
        gives=_APP,
        versioned=True,
        prepare=resolve.prepare_fields,
    )
    resubmit_app = mutation(
        resolve.resubmit_app,
        "Asks staff to review a REJECTED app again. WRONG_STATE otherwise.",
        needs=Permission.APPS_DEVELOP,
        takes=_ID,
        gives=_APP,
    )
    approve_app = mutation(
        resolve.approve_app,
        f"Approves of an app that waits for its review. {_NEUTRAL}WRONG_STATE in any other state.",
        needs=Permission.STAFF_APPS,
        takes={**_ID, "note": optional(str, "What to tell its owner.")},
        gives=_APP,
        versioned=True,
    )
    reject_app = mutation(
        resolve.reject_app,
        f"Rejects an app that waits for its review. {_NEUTRAL}WRONG_STATE in any other state.",
        needs=Permission.STAFF_APPS,
        takes={**_ID, "note": value(str, "What its owner has to change.")},
        gives=_APP,
    )
    decide_app_change = mutation(
        resolve.decide_app_change,
        "Lets the pending change of an app come into force, or drops it. Organizations that have installed it consent"
        f" to added permissions themselves. {_NEUTRAL}WRONG_STATE where none waits.",
        needs=Permission.STAFF_APPS,
        takes={
            **_ID,
            "approve": value(bool, "Whether it comes into force."),
            "note": optional(str, "What to tell its owner; needed where it is dropped."),
        },
        gives=_APP,
        versioned=True,
    )
    suspend_app = mutation(
        resolve.suspend_app,
        f"Stops an ACTIVE app: its sessions end, its calls are FORBIDDEN. {_NEUTRAL}WRONG_STATE in any other state.",
        needs=Permission.STAFF_APPS,
        takes={**_ID, "reason": value(str, "Why; its owner reads it.")},
        gives=_APP,
        prepare=prepare_visit,
    )
    activate_app = mutation(
        resolve.activate_app,
        f"Lets a SUSPENDED app go on; people sign in to it anew. {_NEUTRAL}WRONG_STATE in any other state.",
        needs=Permission.STAFF_APPS,
        takes=_ID,
        gives=_APP,
    )
    revoke_app = mutation(
        resolve.revoke_app,
        "Ends an app for good, with its keys, installations and sessions. FORBIDDEN to members of other organizations"
        " than its owner, but for staff.",
        needs=(Permission.APPS_DEVELOP, Permission.STAFF_APPS),
        takes={**_ID, "reason": optional(str, "Why.")},
        gives=_APP,
        prepare=prepare_visit,
    )
