"""Accounts at providers: setting them up, replacing what opens them, and letting no new money through."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from domain import provider_accounts as rules
from domain.payment_methods import Provider
from domain.provider_accounts import ProviderAccount, ProviderAccountStatus
from domain.provider_credentials import by_name, check_credentials, check_webhook_secret
from domain.refusals import wrong_state
from integrations.opened import sealed_credentials, sealed_webhook_secret
from persistence import provider_accounts as accounts
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = accounts.LIST


async def configure_provider(
    db: Unit, *, provider: Provider, credentials: Sequence[Mapping[str, str]], webhook_secret: str | None = None
) -> Changed:
    named = by_name(credentials)
    check_credentials(provider, accounts.mode_in_use(), named)
    account = await accounts.for_configuring(db, provider)
    if account is None:
        account = rules.configured(provider, accounts.mode_in_use(), by=db.by, at=db.at)
        _seal(db, account, named, webhook_secret)
        db.add(account)
        return Changed(account=account)
    if account.status is ProviderAccountStatus.ACTIVE:
        message = "It is set up: replace its credentials with rotateProviderCredentials."
        raise wrong_state(message, from_state=account.status.name, allowed=[ProviderAccountStatus.DISABLED.name])
    account.enable(by=db.by, at=db.at)
    _seal(db, account, named, webhook_secret)
    return Changed(account=account)


async def rotate_provider_credentials(
    db: Unit, *, provider: Provider, credentials: Sequence[Mapping[str, str]]
) -> Changed:
    named = by_name(credentials)
    check_credentials(provider, accounts.mode_in_use(), named)
    account = await accounts.for_change(db, provider)
    _seal(db, account, named, None)
    return Changed(account=account)


async def rotate_provider_webhook_secret(db: Unit, *, provider: Provider, webhook_secret: str) -> Changed:
    account = await accounts.for_change(db, provider)
    _seal(db, account, None, webhook_secret)
    return Changed(account=account)


async def disable_provider(db: Unit, *, provider: Provider) -> Changed:
    account = await accounts.for_change(db, provider)
    account.disable(by=db.by, at=db.at)
    return Changed(account=account)


def _seal(
    db: Unit, account: ProviderAccount, credentials: Mapping[str, str] | None, webhook_secret: str | None
) -> None:
    """What opens the account goes into the vault, and can be opened for this account alone."""
    if credentials is not None:
        sealed = sealed_credentials(credentials, account.owner)
        account.keep_credentials(sealed, sorted(credentials), by=db.by, at=db.at)
    if webhook_secret is not None:
        check_webhook_secret(account.provider, webhook_secret)
        sealed = sealed_webhook_secret(webhook_secret, account.owner)
        account.keep_webhook_secret(sealed, real=datetime.now(UTC), by=db.by, at=db.at)
