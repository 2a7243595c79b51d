"""Letters that follow from events. A token's secret is made when its letter is sent, and is nowhere else.

A reaction that runs again sends another letter with another secret, which voids the first: better twice than never.
"""

from datetime import UTC, datetime

from domain.account_requests import AccountRequest
from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.invitations import Invitation
from domain.one_time_tokens import reset_token
from domain.organizations import Organization
from domain.tokens import digest, new_token
from domain.users import User
from integrations.mail import Letter, send
from persistence import invitations, one_time_tokens
from persistence.database import Database
from persistence.unit import Unit, transact


async def mail_one_time_token(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To one_time_token.requested: only the token asked for last is worth a letter."""
    # Codes live on real time; `now` is the platform clock's.
    secret, real = new_token(), datetime.now(UTC)

    async def work(db: Unit) -> Letter | None:
        token = await one_time_tokens.for_sending(db, event.subject_id)
        if token is None:
            return None
        token.put_into_mail(digest(secret), real=real)
        await one_time_tokens.void_others(db, token, real)
        if token.email is not None:
            return _confirmation(token.email, secret)
        return _verification((await db.session.get_one(User, token.user_id)).email, secret)

    letter = await transact(database, work, by=SYSTEM, at=now)
    if letter is not None:
        await send(letter)


async def mail_password_reset(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To password.reset_requested: nobody hears anything where the address is nobody's."""
    secret, real = new_token(), datetime.now(UTC)

    async def work(db: Unit) -> str | None:
        request = await db.session.get(AccountRequest, event.subject_id)
        user = None if request is None or request.user_id is None else await db.session.get_one(User, request.user_id)
        if user is None or not user.may_sign_in:
            return None
        token = reset_token(user.id, digest(secret), real=real)
        db.add(token)
        await db.flush()
        await one_time_tokens.void_others(db, token, real)
        return user.email

    address = await transact(database, work, by=SYSTEM, at=now)
    if address is not None:
        await send(_reset(address, secret))


async def mail_sign_up_repeated(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To user.sign_up_repeated: the owner of the address hears of it, the one who asked does not."""
    async with database.reader() as session:
        user = await session.get_one(User, event.subject_id)
    await send(_known_already(user.email))


async def mail_invitation(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To member.invited, while the invitation is pending."""
    secret = new_token()

    async def work(db: Unit) -> Letter | None:
        invitation = await invitations.for_sending(db, event.subject_id)
        if invitation is None or invitation.is_over(now):
            return None
        invitation.token_hash = digest(secret)
        organization = await db.session.get_one(Organization, invitation.organization_id)
        return _invited(invitation, organization, secret)

    letter = await transact(database, work, by=SYSTEM, at=now)
    if letter is not None:
        await send(letter)


def _verification(address: str, secret: str) -> Letter:
    text = (
        "Welcome to Milepost.\n\n"
        "To verify that this address is yours, call verifyEmail with this token within 24 hours:\n\n"
        f"{secret}\n\n"
        "If you have not signed up, ignore this mail: without the token nothing happens.\n"
    )
    return Letter(address, "Verify your address", text)


def _confirmation(address: str, secret: str) -> Letter:
    text = (
        "Somebody wants to use this address for their account at Milepost from now on.\n\n"
        "If it is you, call confirmEmail with this token within 24 hours:\n\n"
        f"{secret}\n\n"
        "If it is not you, ignore this mail: without the token nothing happens.\n"
    )
    return Letter(address, "Confirm your new address", text)


def _reset(address: str, secret: str) -> Letter:
    text = (
        "Somebody has asked for another password for your account at Milepost.\n\n"
        "If it was you, call resetPassword with this token within 30 minutes. All your sessions end by that:\n\n"
        f"{secret}\n\n"
        "If it was not you, ignore this mail: without the token nothing happens.\n"
    )
    return Letter(address, "Set another password", text)


def _known_already(address: str) -> Letter:
    text = (
        "Somebody has just tried to sign up at Milepost with this address, which has an account already.\n\n"
        "If it was you, sign in instead. If your address is not verified yet, sign in and ask for another mail\n"
        "with resendVerification. If it was not you, there is nothing to do: nothing has changed.\n"
    )
    return Letter(address, "You have an account already", text)


def _invited(invitation: Invitation, organization: Organization, secret: str) -> Letter:
    text = (
        f"{organization.name} invites you to join them at Milepost as {invitation.role.name}.\n\n"
        f"Sign in with this address (or sign up with it first) and call acceptInvitation with this token,\n"
        f"until {invitation.expires_at:%d %B %Y, %H:%M} UTC:\n\n"
        f"{secret}\n\n"
        "To turn the invitation down, call declineInvitation with it, or ignore this mail.\n"
    )
    return Letter(invitation.email, f"Join {organization.name} at Milepost", text)
