"""One-time codes: what a browser carries to an app once its user has approved of it; and how many users it may have."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import Actor
from domain.apps import App
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused, forbidden, invalid

LIVES = timedelta(seconds=60)


@dataclass(eq=False, kw_only=True)
class AppCode:
    """Bound to an app and an origin, good once. Of the code a SHA-256 is kept; all instants are real time."""

    id: UUID
    app_id: UUID
    user_id: UUID
    organization_id: UUID
    origin: str
    code_hash: bytes = field(repr=False)
    expires_at: datetime
    used_at: datetime | None = None

    def is_over(self, real: datetime) -> bool:
        return self.used_at is not None or self.expires_at <= real


@dataclass(eq=False, kw_only=True)
class AppUser:
    """Somebody who has signed in to an app once, and counts among its users from then on."""

    id: UUID
    app_id: UUID
    user_id: UUID
    first_seen_at: datetime


def approve_of(app: App, origin: str, code_hash: bytes, *, by: Actor, is_sandbox: bool, real: datetime) -> AppCode:
    """The signed-in person, for their active organization, lets the app know who they are."""
    organization_id = by.require_organization()
    app.require_for(organization_id, is_sandbox=is_sandbox)
    if by.user_id is None:
        raise AssertionError("only a person signs in to an app")
    return AppCode(
        id=new_id(),
        app_id=app.id,
        user_id=by.user_id,
        organization_id=organization_id,
        origin=require_origin(app, origin),
        code_hash=code_hash,
        expires_at=real + LIVES,
    )


def require_origin(app: App, origin: str) -> str:
    """Refuses FORBIDDEN from where the app is not at home."""
    if origin not in app.allowed_origins:
        raise wrong_origin()
    return origin


def admit(app: App, user_id: UUID, *, known: int, real: datetime) -> AppUser:
    """A new user of an app that has `known` ones, counted under its lock. LIMIT_REACHED when it may have no more."""
    if app.max_users is not None and known >= app.max_users:
        raise Refused(
            RefusalCode.LIMIT_REACHED,
            "The app has as many users as it may have. Those who have used it before still can.",
            used=known,
            limit=app.max_users,
        )
    return AppUser(id=new_id(), app_id=app.id, user_id=user_id, first_seen_at=real)


def wrong_origin() -> Refused:
    return forbidden(
        "This is not one of the app's allowed origins, or not the one that the code was asked for.", "origin"
    )


def code_is_no_good() -> Refused:
    """The same words whether it is unknown, used or too old, or another app's."""
    return invalid("This code is unknown or no longer good. Let the person sign in again.", "code")
