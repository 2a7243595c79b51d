"""Signing in to apps as people, apps and their backends do it."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import cross_app_sessions as domain
from domain.app_permissions import AppPermission
from domain.cross_app_sessions import CrossAppStatus
from resolvers import cross_app_sessions as resolve
from resolvers.context import Context
from resolvers.cross_app_sessions import Introspection
from resolvers.guards import Needs
from schema.apps import App
from schema.connections import connection, one
from schema.enums import describe
from schema.guarded import asks
from schema.ids import global_id
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    CrossAppStatus,
    "Whether somebody is signed in to an app.",
    ACTIVE="They are.",
    EXPIRED="Its day was over before it was refreshed.",
    REVOKED="They or the app ended it, they signed in to it anew, or something it rests on has gone.",
)


@shows(
    domain.CrossAppSession,
    "Somebody is signed in to an app. It lives for 24 hours from its beginning or its last refresh; one is ACTIVE for"
    " each person and app.",
)
class CrossAppSession(Stateful):
    status: CrossAppStatus = plain("Whether they are signed in.")
    app: App | None = one(resolve.APP, App, "The app, for those who may know it.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "For which they use it.", required=True)
    permissions: list[AppPermission] = plain("What the app may do with them, as of its beginning or last refresh.")
    ip: str = plain("From where its backend asked for it.")
    user_agent: str = plain("With what its backend asked for it.")
    expires_at: datetime = plain("When it ends, unless it is refreshed before.")
    revoked_at: datetime | None = plain("When it was ended; null where it was not.")


@shows(Introspection, "What a token of a cross-app session is worth at this moment.")
class CrossAppIntrospection:
    is_active: bool = plain("Whether it is good. If not, all the rest is null or empty.")

    @strawberry.field(description="The id of who it is about, as in its `sub`.")
    def user_id(self: Introspection) -> ID | None:
        return None if self.user_id is None else ID(global_id("User", self.user_id))

    user: User | None = plain("Who it is about, if the app may know them: profile:read.")
    organization: Organization | None = one(resolve.ORGANIZATION, Organization, "For which they use the app.")
    permissions: list[AppPermission] = plain("What the app may do now: never more than the token says.")
    expires_at: datetime | None = plain("When the session ends, unless it is refreshed before.")


@strawberry.input(description="Conditions on cross-app sessions; all given ones must hold.")
class CrossAppSessionFilter:
    app_id: ID | None = optional_id("App", "With this app.")
    status: list[CrossAppStatus] | None = optional(list[CrossAppStatus], "In one of these states.")


_TOKEN = Annotated[str, strawberry.argument(description="The token (JWT) that the app was given. Ask by POST.")]
_SESSION = {"session": (CrossAppSession, "The session as it is now.")}
_TOKENS = {
    **_SESSION,
    "jwt": (str, "Says who they are; check it with /.well-known/jwks.json. It is shown here and never again."),
    "refresh_token": (str, "Renews both tokens, once, within 24 hours. It is shown here and never again."),
}


@strawberry.type
class CrossAppSessionQueries:
    cross_app_sessions = connection(
        resolve.LIST,
        CrossAppSession,
        "The apps that you are or were signed in to, newest first; for an app its own.",
        filter=CrossAppSessionFilter,
        needs=Needs.VERIFIED,
    )

    @asks(
        Needs.APP,
        "What a token is worth now, for the app that it was given to: also revocations are seen, which its signature"
        " says nothing of. FORBIDDEN unless the app is ACTIVE.",
        graphql_type=CrossAppIntrospection,
    )
    async def cross_app_session(self, info: strawberry.Info[Context, None], token: _TOKEN) -> Any:
        return await resolve.introspect(info.context, token)


@strawberry.type
class CrossAppSessionMutations:
    authorize_app = mutation(
        resolve.authorize_app,
        "Lets an app know who you are, for your active organization: gives a code for its backend, which works once,"
        " within 60 seconds, for this app and origin. FORBIDDEN unless your organization has installed the app, it is"
        " ACTIVE and the origin is one of its own.",
        needs=Needs.PERSON,
        takes={
            "app_id": an_id("App", "The app."),
            "origin": value(str, "Where the code will be carried to, as https://tools.example."),
        },
        gives={
            "app_code": (str, "What the app's backend exchanges as `code`. It is shown here and never again."),
            "expires_at": (datetime, "Until when it works."),
        },
        secret=True,
        prepare=resolve.prepare_desk,
    )
    exchange_app_code = mutation(
        resolve.exchange_app_code,
        "Begins a session with somebody who has approved of your app, and ends the one that they had with it. INVALID"
        " for a code that is unknown, used or older than 60 seconds; FORBIDDEN from another origin, or unless the app"
        " is ACTIVE; LIMIT_REACHED for somebody new where it has as many users as maxUsers.",
        needs=Needs.APP,
        takes={
            "code": value(str, "The code that a browser has brought."),
            "origin": value(str, "Where it has brought it."),
        },
        gives=_TOKENS,
        secret=True,
        prepare=resolve.prepare_desk,
    )
    refresh_cross_app_session = mutation(
        resolve.refresh_cross_app_session,
        "Renews a session with the rights of this moment; its tokens so far are worth nothing from then on. INVALID for"
        " a refresh token that is unknown or no longer good: one that comes twice ends the session. FORBIDDEN, and the"
        " session ends, where person, member or installation have gone.",
        needs=Needs.APP,
        takes={"refresh_token": value(str, "The refresh token that came last.")},
        gives=_TOKENS,
        secret=True,
        prepare=resolve.prepare_desk,
    )
    revoke_cross_app_session = mutation(
        resolve.revoke_cross_app_session,
        "Ends a session of yours with an app, or of your app with somebody. WRONG_STATE when it has ended already.",
        needs=Needs.VERIFIED,
        takes={"session_id": an_id("CrossAppSession", "The session.")},
        gives=_SESSION,
        prepare=resolve.prepare_desk,
    )
