"""An account at a provider with its secrets opened: all that an adapter is made from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.payment_methods import Provider
from domain.provider_accounts import Access, ProviderMode, not_set_up
from integrations.vault import vault_in_use

_SIMULATOR, _WEBHOOKS = b"simulator", "webhooks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What an adapter is made from. Secrets of webhooks come newest first; a message signed by any is genuine."""

    provider: Provider
    is_live: bool
    credentials: Mapping[str, str] = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)


def open_account(access: Access, database_url: str) -> Opened:
    """Raises where the provider is not set up, or the vault has other keys than its secrets were sealed with."""
    if not access.is_set_up:
        raise not_set_up(access.provider, access.mode)
    vault = vault_in_use()
    if access.sealed is None:
        credentials: Mapping[str, str] = {}
        secrets = tuple(one.hex() for one in vault.fingerprints(_WEBHOOKS, _SIMULATOR))
    else:
        credentials = json.loads(vault.open(access.sealed, access.owner))
        opened = (vault.open(sealed, access.owner).decode() for sealed in access.webhooks_sealed)
        # An empty one stays: with it nothing is believed at all.
        secrets = tuple(secret for text in opened for secret in text.split() or [text])
    return Opened(
        provider=access.provider,
        is_live=access.mode is ProviderMode.LIVE,
        credentials=credentials,
        webhook_secrets=secrets,
        database_url=database_url,
    )


def sealed_credentials(credentials: Mapping[str, str], owner: bytes) -> str:
    return vault_in_use().seal(json.dumps(dict(credentials)).encode(), owner)


def sealed_webhook_secret(secret: str, owner: bytes) -> str:
    return vault_in_use().seal(secret.encode(), owner)
