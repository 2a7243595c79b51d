"""Makers of people who sign up by themselves, and a look into their mail."""

import re
from base64 import b32decode
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from domain.totp import code_at, step_of
from tests.world import Caller, World

PASSWORD = "a long enough sentence"


def sign_up_input(email: str = "ada@example.com", **changes: Any) -> dict[str, Any]:
    return {
        "email": email,
        "password": PASSWORD,
        "displayName": "Ada Lovelace",
        "kind": "AGENCY",
        "organizationName": "Analytical Engines",
        "timeZone": "Europe/London",
        "country": "GB",
    } | changes


def letters(world: World, to: str | None = None) -> list[EmailMessage]:
    """All mail that was sent so far, in order, or that to one address."""
    files = sorted(world.mail_folder.glob("*.eml"))
    sent = [_plain(message_from_bytes(file.read_bytes(), policy=default)) for file in files]
    return [letter for letter in sent if to is None or letter["To"] == to]


def _plain(letter: EmailMessage) -> EmailMessage:
    """With what stands in it as plain text for its only content; that HTML says the same is tested with the layout."""
    body = letter.get_body(("plain",))
    assert body is not None
    said = body.get_content()
    letter.clear_content()
    letter.set_content(said)
    return letter


def token_in(letter: EmailMessage) -> str:
    """The secret that stands on a line of its own."""
    (token,) = re.findall(r"^([A-Za-z0-9_-]{43})\r?$", _plain(letter).get_content(), re.MULTILINE)
    return str(token)


async def make_unverified(world: World, email: str = "ada@example.com", **changes: Any) -> Caller:
    """Somebody who has signed up, read no mail yet, and signed in."""
    anyone = world.caller()
    await anyone.do("signUp", "accepted", **sign_up_input(email, **changes))
    signed_in = await anyone.do("signIn", "token", email=email, password=changes.get("password", PASSWORD))
    return world.caller(signed_in["token"])


async def make_account(world: World, email: str = "ada@example.com", **changes: Any) -> Caller:
    """Somebody who has signed up and verified their address, signed in by that."""
    await world.caller().do("signUp", "accepted", **sign_up_input(email, **changes))
    await world.settle()
    verified = await world.caller().do("verifyEmail", "token", token=token_in(letters(world, email)[-1]))
    return world.caller(verified["token"])


SIGNED_IN = "token refreshToken session { id kind authLevel expiresAt tokenExpiresAt reauthenticatedAt }"


async def make_two_factor(who: Caller) -> tuple[bytes, list[str]]:
    """Sets a second factor up: the app's secret, and the recovery codes. The code of this step is used by that."""
    begun = await who.do("beginTwoFactor", "secret")
    secret = b32decode(begun["secret"])
    confirmed = await who.do("confirmTwoFactor", "recoveryCodes", code=code_of(secret, 0))
    return secret, confirmed["recoveryCodes"]


def code_of(secret: bytes, later: int) -> str:
    """What the app shows so many steps from now."""
    return code_at(secret, step_of(datetime.now(UTC)) + later)
