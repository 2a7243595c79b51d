"""The way to Stripe: its SDK for one account, and what our key looks like on everything that we make there."""

from collections.abc import Awaitable, Callable
from typing import Protocol
from uuid import UUID

from stripe import HTTPXClient, StripeClient, StripeObject

from integrations.opened import Opened

API_VERSION = "2026-05-27.dahlia"
"""The version that is asked for, whatever the account's own default is: the one that our tests hold requests to."""

SECONDS = 20
"""How long one request may take; several follow each other within the time that a provider has to answer."""

KEY, KIND, ORGANIZATION = "milepost_key", "milepost_kind", "milepost_organization"
"""The names of what we leave in the metadata of Stripe's objects."""

_PREFIXES = {True: ("sk_live_", "rk_live_"), False: ("sk_test_", "rk_test_")}


class Identified(Protocol):
    """An object of Stripe's."""

    @property
    def id(self) -> str: ...


class WrongKey(Exception):
    """The secret key belongs to the other mode: test money and real money never mix."""


class Connection:
    """The SDK, made for one account. Nothing is repeated by it: what to do without an answer is our decision."""

    def __init__(self, opened: Opened) -> None:
        key = opened.credentials["secretKey"]
        if not key.startswith(_PREFIXES[opened.is_live]):
            raise WrongKey(f"The secret key must begin with {' or '.join(_PREFIXES[opened.is_live])} here.")
        address = None if opened.is_live else opened.credentials.get("address")
        http = HTTPXClient(timeout=SECONDS)
        self.close: Callable[[], Awaitable[None]] = http.close_async
        self.api = StripeClient(
            key,
            stripe_version=API_VERSION,
            http_client=http,
            max_network_retries=0,
            base_addresses={"api": address} if address else {},
        ).v1


def metadata_of(key: UUID, kind: str) -> dict[str, str]:
    """What we leave on an object, to find it again."""
    return {KEY: str(key), KIND: kind}


def key_in(metadata: StripeObject | None) -> UUID | None:
    """Our key on an object; None on what was not made by us."""
    return None if metadata is None else as_key(metadata.to_dict().get(KEY))


def id_of(thing: Identified | str | None) -> str | None:
    """Of an object that stands for itself or, where nobody asked for more, is named by its id."""
    return thing if thing is None or isinstance(thing, str) else thing.id


def as_key(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
