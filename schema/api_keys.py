"""API keys as those who manage them see them; a secret comes out once and never again."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import api_keys as domain
from domain.api_keys import ApiKeyStatus
from domain.permissions import Permission
from resolvers import api_keys as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.guarded import asks
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

_API_KEY: Any = Annotated["ApiKey", strawberry.lazy("schema.api_keys")]

describe(
    ApiKeyStatus,
    "The life of a key.",
    ACTIVE="It works, until it expires if it does.",
    ROTATING="It has a successor, and works on beside it until it expires.",
    EXPIRED="Its time is over.",
    REVOKED="Somebody has ended it.",
)


@shows(
    domain.ApiKey,
    "What a program sends in place of a session's token, as `Authorization: Bearer KEY`, to act for its organization."
    " Only members with keys:manage see it, the key itself, and staff:apps.",
)
class ApiKey(Stateful):
    status: ApiKeyStatus = plain("Whether it works; between its end and the status EXPIRED may lie a moment.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "For whom it acts.", required=True)
    name: str = plain("What it is called.")
    prefix: str = plain("How it begins, for recognizing it: mp_live_ or mp_test_ and eight characters.")
    scopes: list[str] = plain("What it may do, as far as its organization may at the moment: permissions of members.")
    allowed_ips: list[str] | None = plain("The addresses and networks that it may be used from; null: everywhere.")
    created_by: User | None = one(resolve.CREATED_BY, User, "Who made it, for those who may know them.")
    expires_at: datetime | None = plain("Until when it works, in real time; null: for good.")
    last_used_at: datetime | None = plain("When it was used last, to the minute, in real time; null: never.")
    successor = one(resolve.SUCCESSOR, _API_KEY, "The key that has been made in its place.")


@strawberry.input(description="Conditions on keys; all given ones must hold.")
class ApiKeyFilter:
    status: list[ApiKeyStatus] | None = optional(list[ApiKeyStatus], "In one of these states.")
    organization_id: strawberry.ID | None = optional_id(
        "Organization", "Of this organization; others than yours for staff only."
    )


ApiKeyOrder = order_input(resolve.LIST, "ApiKeyOrder")

_KEY = (ApiKey, "The key as it is now.")
_SECRET = (str, "The whole key, for `Authorization: Bearer …`. It is shown here and never again.")
_WHICH = {"key_id": an_id("ApiKey", "The key.")}


@strawberry.type
class ApiKeyQueries:
    api_keys = connection(
        resolve.LIST,
        ApiKey,
        "The keys of your organization, ended ones too, newest first; for staff:apps those of all.",
        filter=ApiKeyFilter,
        order=ApiKeyOrder,
        needs=(Permission.KEYS_MANAGE, Permission.STAFF_APPS),
    )

    @asks(
        Needs.VERIFIED,
        "The key that you ask with, for a program to learn for whom it acts and what it may do. Null for people, who"
        " ask for `viewer`.",
        graphql_type=ApiKey | None,
    )
    async def current_api_key(self, info: strawberry.Info[Context, None]) -> Any:
        return await info.context.loaders.one(resolve.ITSELF, info.context.viewer)


@strawberry.type
class ApiKeyMutations:
    create_api_key = mutation(
        resolve.create_api_key,
        "Makes a key for programs of your active organization. INVALID names every wrong field; FORBIDDEN for scopes"
        " that you lack yourself. Keys of a sandbox begin with mp_test_ and work there only, those of production with"
        " mp_live_. The owners of the organization and you get a mail.",
        needs=Permission.KEYS_MANAGE,
        takes={
            "name": value(str, "What to call it, 1 to 120 characters."),
            "scopes": value(list[str], "What it may do, such as work:read: permissions of members that you have."),
            "allowed_ips": optional(
                list[str],
                "Up to 100 addresses and networks that it may be used from, such as 203.0.113.7 or 203.0.113.0/24; it"
                " is FORBIDDEN elsewhere. Left out: it may be used from everywhere.",
            ),
            "expires_at": optional(datetime, "Until when it works, a future instant of real time. Left out: for good."),
        },
        gives={"key": _KEY, "secret": _SECRET},
        prepare=resolve.prepare_key,
        secret=True,
        sensitive=True,
    )
    rotate_api_key = mutation(
        resolve.rotate_api_key,
        "Makes another key in place of one, for the same name, scopes, networks and length of life. Both work until the"
        " overlap ends, then only the new one. FORBIDDEN where it has scopes that you lack yourself, WRONG_STATE once"
        " it has ended or has a successor.",
        needs=Permission.KEYS_MANAGE,
        takes=_WHICH
        | {"overlap_hours": optional(int, "How long the old key works on, 0 to 168 hours; 24 unless said.", 24)},
        gives={
            "key": (ApiKey, "The new key."),
            "former": (ApiKey, "The key that it replaces, as it is now."),
            "secret": _SECRET,
        },
        prepare=resolve.prepare_key,
        secret=True,
        sensitive=True,
    )
    revoke_api_key = mutation(
        resolve.revoke_api_key,
        "Ends a key for good: it is refused from the next request on, and its sockets and streams are closed within"
        " seconds. A key may end itself. Staff may end any.",
        needs=(Permission.KEYS_MANAGE, Permission.STAFF_APPS),
        takes=_WHICH,
        gives={"key": _KEY},
    )
