"""Sessions as their owner sees and ends them."""

from datetime import datetime

import strawberry

from domain import sessions as domain
from domain.sessions import AuthLevel, RevokeReason, SessionKind
from resolvers import sessions as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from schema.connections import connection, one
from schema.enums import describe
from schema.inputs import an_id, optional
from schema.mutations import mutation
from schema.organizations import Organization
from schema.shapes import Node, plain, shows

describe(
    RevokeReason,
    "Why a session ended before its time.",
    SIGNED_OUT="Its owner signed out.",
    REVOKED="Its owner ended it from elsewhere.",
    PASSWORD_CHANGED="The password was changed or reset.",
    USER_SUSPENDED="Staff suspended the account.",
    ACCOUNT_DEACTIVATED="Its owner closed the account.",
    IMPERSONATION_ENDED="The staff member who acted as its owner ended it, or may do so no longer.",
    TOKEN_REUSED="A refresh token came twice, as if it had been stolen.",
)
describe(
    SessionKind,
    "How the token of a session lives.",
    BROWSER="As long as the session: 12 hours after its last use, 30 days at most.",
    APP="15 minutes; a refresh token of 30 days renews it, and itself, with refreshSession.",
)
describe(
    AuthLevel,
    "What somebody has shown to be who they are.",
    PASSWORD="Their password, or a mailed token.",
    MFA="Their second factor as well.",
)


@shows(domain.Session, "You, signed in on one device. It ends when it is not used for long (see kind) or is revoked.")
class Session(Node):
    organization: Organization | None = one(
        resolve.ORGANIZATION, Organization, "For whom it acts; see switchOrganization. Null: for nobody."
    )
    ip: str = plain("Where it was opened.")
    user_agent: str = plain("What it was opened with.")
    kind: SessionKind = plain("How its token lives.")
    auth_level: AuthLevel = plain("What you have shown to be who you are.")
    reauthenticated_at: datetime | None = plain(
        "When you last signed in or called reauthenticate in it; null where a mailed token opened it. Within 5 minutes"
        " of that you may do what needs it."
    )
    created_at: datetime = plain("When it was opened.")
    token_expires_at: datetime = plain("When its token ends; APP: renew it before, with refreshSession.")
    last_seen_at: datetime = plain("When it was last used, to the minute.")
    idle_expires_at: datetime = plain("When it ends unless it is used before.")
    expires_at: datetime = plain("When it ends in any case.")
    revoked_at: datetime | None = plain("When it was ended; null while it was not.")
    revoke_reason: RevokeReason | None = plain("Why it was ended.")

    @strawberry.field(description="Whether this request came with it.")
    def is_current(self, info: strawberry.Info[Context, None]) -> bool:
        shown: object = self.id
        return shown == info.context.viewer.session_id


_SESSION = {"session": (Session, "The session, now ended.")}


@strawberry.type
class SessionQueries:
    sessions = connection(resolve.LIST, Session, "Your live sessions, last used first.", needs=Needs.PERSON)


@strawberry.type
class SessionMutations:
    sign_out = mutation(
        resolve.sign_out,
        "Ends this session. Its token is refused from the next request on.",
        needs=Needs.SIGNED_IN,
        takes={"everywhere": optional(bool, "End all your other sessions as well; false unless said.", False)},
        gives=_SESSION,
        prepare=resolve.prepare_visit,
    )
    revoke_session = mutation(
        resolve.revoke_session,
        "Ends one of your sessions, wherever it is used. One that has ended already stays as it is.",
        needs=Needs.PERSON,
        takes={"session_id": an_id("Session", "The session.")},
        gives=_SESSION,
        prepare=resolve.prepare_visit,
    )
    revoke_all_sessions = mutation(
        resolve.revoke_all_sessions,
        "Ends all your sessions.",
        needs=Needs.PERSON,
        takes={"except_current": optional(bool, "Keep the one you ask with; false unless said.", False)},
        gives={"revoked_count": (int, "How many were ended.")},
        prepare=resolve.prepare_visit,
    )
