"""Letters that tell people what has happened to their account. They cannot be switched off."""

import ipaddress
from datetime import datetime

from domain.events import OutboxEvent
from domain.impersonations import Impersonation, ImpersonationMode
from domain.memberships import Membership
from domain.organizations import Organization
from domain.sessions import Session
from domain.users import User
from integrations.mail import Letter, send
from persistence import sessions, users
from persistence.database import Database

_NOT_YOU = (
    "If it was not you, set another password at once with requestPasswordReset; all sessions end by that.\n"
    "Then look at signInEvents, and at your second factor.\n"
)


async def mail_new_device(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To session.created, unless the person was signed in with that program from that network before."""
    async with database.reader() as session:
        opened = await session.get_one(Session, event.subject_id)
        earlier = await sessions.opened_before(session, opened)
        user = await session.get_one(User, opened.user_id)
    if earlier and not any(_is_same_device(opened, one) for one in earlier):
        where = f"from {opened.ip} with {opened.user_agent or 'an unnamed program'}"
        when = f"on {opened.created_at:%d %B %Y at %H:%M} UTC"
        text = f"Somebody has signed in to your account at Milepost {when}, {where}.\n\n{_NOT_YOU}"
        await send(Letter(user.email, "A sign-in from a new device", text))


async def mail_token_reused(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To session.reuse_detected."""
    async with database.reader() as session:
        ended = await session.get_one(Session, event.subject_id)
        user = await session.get_one(User, ended.user_id)
    text = (
        "A refresh token of yours was used twice at Milepost. Either an app of yours is mistaken, or somebody has\n"
        "copied the token, so the session has ended for everybody who held it. Sign in anew.\n\n"
        f"It was opened on {ended.created_at:%d %B %Y at %H:%M} UTC, with {ended.user_agent or 'an unnamed program'}.\n"
        "If you do not know it, set another password with requestPasswordReset.\n"
    )
    await send(Letter(user.email, "A session of yours has ended", text))


_CHANGED = {
    "password.changed": ("Your password has changed", "The password of your account at Milepost has been changed."),
    "two_factor.enabled": (
        "Your second factor is on",
        "From now on signing in to your account at Milepost takes a code of your authenticator app as well.",
    ),
    "two_factor.disabled": (
        "Your second factor is off",
        "Signing in to your account at Milepost takes your password only from now on.",
    ),
    "two_factor.codes_replaced": (
        "You have new recovery codes",
        "The recovery codes of your account at Milepost were replaced. The old ones no longer work.",
    ),
}


async def mail_credentials_changed(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To changes of what one signs in with, which people make themselves."""
    subject, text = _CHANGED[event.type]
    async with database.reader() as session:
        user = await session.get_one(User, event.actor_user_id)
    await send(Letter(user.email, subject, f"{text}\n\n{_NOT_YOU}"))


async def mail_email_changed(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To user.email_changed, to the old address: whoever reads there may know nothing of it."""
    text = (
        "Your account at Milepost has moved to another address, so this is the last mail to this one.\n\n"
        "If it was not you, write to those who run this Milepost: only they can give the account back.\n"
    )
    await send(Letter(event.data["formerly"], "Your account has moved to another address", text))


async def mail_role_changed(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To member.role_changed."""
    async with database.reader() as session:
        membership = await session.get_one(Membership, event.subject_id)
        organization = await session.get_one(Organization, membership.organization_id)
        user = await session.get_one(User, membership.user_id)
    text = f"Your role in {organization.name} at Milepost was {event.data['from']} and is {event.data['to']} now.\n"
    await send(Letter(user.email, f"Your role in {organization.name} has changed", text))


async def mail_override(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To member.override_set and member.override_lifted. A lifted one is gone; the event knows whom it is about."""
    async with database.reader() as session:
        user = await users.among(session, event.topics)
        organization = await session.get_one(Organization, event.organization_ids[0])
    await send(Letter(user.email, f"Your permissions in {organization.name} have changed", _override(event)))


def _override(event: OutboxEvent) -> str:
    permission, effect = event.data["permission"], event.data.get("effect")
    if effect is None:
        return f"From now on your role alone decides again whether you have the permission {permission}.\n"
    until = f", until {event.data['expiresAt']}" if event.data["expiresAt"] else ""
    return f"You {'have' if effect == 'ALLOW' else 'no longer have'} the permission {permission}{until}.\n"


async def mail_impersonation(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To impersonation.ended."""
    async with database.reader() as session:
        impersonation = await session.get_one(Impersonation, event.subject_id)
        user = await session.get_one(User, impersonation.target_user_id)
    ended = impersonation.ended_at or impersonation.ends_at
    done = "saw what you see, and could change nothing"
    if impersonation.mode is ImpersonationMode.READ_WRITE:
        done = "saw what you see, and could write about work and drafts of invoices"
    period = f"from {impersonation.started_at:%d %B %Y, %H:%M} to {ended:%H:%M} UTC"
    text = (
        f"A member of Milepost's staff acted as you {period}. They {done}.\n\nTheir reason: {impersonation.reason}\n\n"
        "If you did not expect this, answer those who run this Milepost.\n"
    )
    await send(Letter(user.email, "Milepost's staff acted as you", text))


def _is_same_device(one: Session, other: Session) -> bool:
    """The same program from the same network: people move between addresses of their provider."""
    return one.user_agent == other.user_agent and _network(one.ip) == _network(other.ip)


def _network(ip: str) -> str:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
