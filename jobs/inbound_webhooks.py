"""Receiving what providers tell: proved to be theirs and written down once, before anything is done about it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum

from domain.actors import SYSTEM
from domain.inbound_webhooks import received
from domain.payment_methods import Provider
from domain.provider_accounts import Access
from integrations.opened import open_account
from integrations.provider_events import NotGenuine, Unreadable
from integrations.providers import provider_of
from persistence import inbound_webhooks
from persistence.clock import read_ahead
from persistence.database import Database
from persistence.provider_accounts import access_to
from persistence.unit import transact


class Outcome(Enum):
    """What came of a message."""

    ACCEPTED = "ACCEPTED"
    NOT_SET_UP = "NOT_SET_UP"
    NOT_GENUINE = "NOT_GENUINE"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a message, and how much in it was new."""

    outcome: Outcome
    count: int = 0


async def receive(
    database: Database, provider: Provider, headers: Mapping[str, str], body: bytes, real: datetime
) -> Received:
    """Takes a message as it came, with the names of headers in lower case, at an instant of real time.

    Once this returns ACCEPTED the message is committed, however often it comes; what it is about is followed later.
    """
    access = await access_to(database, provider)
    if not _has_secrets(access, database.url):
        return Received(Outcome.NOT_SET_UP)
    adapter = provider_of(access, database.url)
    await adapter.prepare_told(headers)
    try:
        told = adapter.told(headers, body, real)
    except NotGenuine:
        return Received(Outcome.NOT_GENUINE)
    except Unreadable:
        return Received(Outcome.UNREADABLE)
    if not told:
        return Received(Outcome.ACCEPTED)
    at = real + await read_ahead(database)
    webhooks = [received(provider, asdict(one), at=at) for one in told]
    count = await transact(database, lambda db: inbound_webhooks.enter(db, webhooks, body), by=SYSTEM, at=at)
    return Received(Outcome.ACCEPTED, count)


def _has_secrets(access: Access, database_url: str) -> bool:
    """Whether there is something to prove a message with. Anybody could sign with an empty secret."""
    if not access.is_set_up:
        return False
    secrets = open_account(access, database_url).webhook_secrets
    return bool(secrets) and all(secret.strip() for secret in secrets)
