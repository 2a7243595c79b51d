"""Signing in, in one step or two, renewing a session, showing again who one is, and the attempts that were made."""

from datetime import datetime

import strawberry

from domain import sign_in_challenges
from domain import sign_ins as domain
from domain.sessions import SessionKind
from domain.sign_ins import SignInOutcome
from resolvers import sessions, two_factors
from resolvers import sign_ins as resolve
from resolvers.guards import Needs
from schema.connections import connection
from schema.enums import describe
from schema.inputs import optional, optional_id, value
from schema.mutations import mutation
from schema.scalars import Email
from schema.sessions import Session
from schema.shapes import Node, plain, shows
from schema.viewers import SIGNED_IN, TOKEN, Viewer

describe(
    SignInOutcome,
    "How an attempt to sign in ended.",
    SUCCEEDED="It opened a session.",
    CHALLENGED="The password was right; a code was asked for.",
    REAUTHENTICATED="Somebody who was signed in has shown again who they are.",
    FAILED="The password or the code was wrong.",
    LIMITED="There were too many failures before; nothing was compared.",
)


@shows(domain.SignInEvent, "An attempt to sign in to your account. It is kept for 180 days.")
class SignInEvent(Node):
    ip: str = plain("From where.")
    user_agent: str = plain("With what.")
    outcome: SignInOutcome = plain("How it ended.")
    at: datetime = plain("When it was made.")


@shows(sign_in_challenges.Challenged, "The password was right; a code is wanted before there is a session.")
class SignInChallenge:
    challenge_id: str = plain("For completeSignIn; a secret, good for one sign-in and 5 tries.")
    expires_at: datetime = plain("Until when; then sign in with the password again.")


_REFRESH_TOKEN = (str | None, "APP: for refreshSession, once. It is shown here and never again. BROWSER: null.")
_CODE = "A code of your authenticator app, or a recovery code. Each works once."


@strawberry.type
class SignInQueries:
    sign_in_events = connection(
        resolve.LIST, SignInEvent, "Attempts to sign in to your account, the latest first.", needs=Needs.PERSON
    )


@strawberry.type
class SignInMutations:
    sign_in = mutation(
        resolve.sign_in,
        "Opens a session. Whoever has a second factor gets a challenge instead, for completeSignIn. INVALID with one"
        " message whatever was wrong; RATE_LIMITED after 5 failures for the address or 20 from your network address in"
        " 15 minutes, also with the right password; NOT_FOUND for an organization you do not belong to.",
        needs=Needs.ANYONE,
        takes={
            "email": value(Email, "Your address."),
            "password": value(str, "Your password."),
            "organization_id": optional_id("Organization", "For whom to act; the last one, unless said."),
            "kind": optional(SessionKind, "How the token shall live; BROWSER unless said.", SessionKind.BROWSER),
        },
        gives={
            "session": (Session | None, "The new session; null with a challenge."),
            "token": (str | None, f"{TOKEN[1]} Null with a challenge."),
            "refresh_token": _REFRESH_TOKEN,
            "viewer": (Viewer | None, "Who you are now; null with a challenge."),
            "challenge": (SignInChallenge | None, "What is left to do; null where nothing is."),
        },
        prepare=resolve.prepare_sign_in,
    )
    complete_sign_in = mutation(
        resolve.complete_sign_in,
        "Opens the session that signIn has asked a code for. INVALID for a wrong code or one that was used, with the"
        " path code, and for a challenge that is over, with the path challengeId. Wrong codes count as failed"
        " sign-ins.",
        needs=Needs.ANYONE,
        takes={
            "challenge_id": value(str, "From the challenge."),
            "code": value(str, _CODE),
        },
        gives=SIGNED_IN | {"refresh_token": _REFRESH_TOKEN},
        prepare=two_factors.prepare_codes,
    )
    refresh_session = mutation(
        sessions.refresh_session,
        "Renews the tokens of an APP session; the old ones are refused from the next request on. A refresh token that"
        " comes a second time ends the session at once, for everybody who holds anything of it, so that a stolen one is"
        " worth little: refresh one at a time, and sign in anew when an answer is lost. INVALID for a token that is"
        " unknown, used or 30 days old, or whose session has ended.",
        needs=Needs.ANYONE,
        takes={"refresh_token": value(str, "The latest one of the session; it works once.")},
        gives=SIGNED_IN | {"refresh_token": (str, "For the next time. It is shown here and never again.")},
        prepare=sessions.prepare_visit,
    )
    reauthenticate = mutation(
        resolve.reauthenticate,
        "Shows again that it is you, for 5 minutes in this session: what can take an account away needs it. INVALID for"
        " a wrong password or code, which count as failed sign-ins; RATE_LIMITED after too many of them.",
        needs=Needs.PERSON,
        takes={
            "password": value(str, "Your password."),
            "code": optional(str, f"{_CODE} Needed if you have a second factor."),
        },
        gives={"session": (Session, "This session."), "viewer": (Viewer, "Who you are now.")},
        prepare=resolve.prepare_reauthenticate,
        secret=True,
    )
