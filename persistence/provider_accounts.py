"""Queries of accounts at providers: the way to each in this process's mode, and which of them take new money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.payment_methods import Provider
from domain.provider_accounts import Access, ProviderAccountStatus, ProviderMode, not_set_up
from persistence.database import Database
from persistence.tables.providers import provider_accounts
from persistence.unit import Unit


@dataclass(slots=True)
class _Process:
    mode: ProviderMode = ProviderMode.SANDBOX


_process = _Process()


def use_mode(mode: ProviderMode) -> None:
    """Says once, where a process starts, whether it moves real money."""
    _process.mode = mode


def mode_in_use() -> ProviderMode:
    """The process's own; a sandbox where nobody has said."""
    return _process.mode


async def access_to(database: Database, provider: Provider) -> Access:
    """The way to a provider, disabled or not: what was begun through it is carried on."""
    mode = mode_in_use()
    if provider is Provider.SIMULATOR:
        return Access(provider=provider, mode=mode)
    account = provider_accounts.c
    statement = select(provider_accounts).where(account.provider == provider, account.mode == mode)
    async with database.reader() as session:
        row = (await session.execute(statement)).one_or_none()
    if row is None:
        return Access(provider=provider, mode=mode)
    is_old_good = row.old_webhook_until is not None and datetime.now(UTC) < row.old_webhook_until
    secrets = [row.webhook_sealed, row.old_webhook_sealed if is_old_good else None]
    return Access(
        provider=provider,
        mode=mode,
        account_id=row.id,
        sealed=row.sealed,
        webhooks_sealed=tuple(secret for secret in secrets if secret is not None),
        version=row.version,
    )


async def reachable(database: Database) -> Sequence[Provider]:
    """The providers that have, or need, no account to be asked in this mode."""
    mode = mode_in_use()
    own = [Provider.SIMULATOR] if Access(provider=Provider.SIMULATOR, mode=mode).is_set_up else []
    named = select(provider_accounts.c.provider).where(provider_accounts.c.mode == mode)
    async with database.reader() as session:
        return [*own, *await session.scalars(named.order_by(provider_accounts.c.provider))]


async def takes_money(session: AsyncSession, provider: Provider) -> bool:
    """Whether new money may move through a provider."""
    mode, account = mode_in_use(), provider_accounts.c
    if provider is Provider.SIMULATOR:
        return Access(provider=provider, mode=mode).is_set_up
    status = select(account.status).where(account.provider == provider, account.mode == mode)
    return await session.scalar(status) is ProviderAccountStatus.ACTIVE


async def require_open(db: Unit, provider: Provider) -> None:
    """Refuses to begin anything through a provider that is not set up, or was disabled."""
    if not await takes_money(db.session, provider):
        raise not_set_up(provider, mode_in_use())


async def require_set_up(database: Database, provider: Provider) -> None:
    """The same before a transaction begins."""
    async with database.reader() as session:
        if not await takes_money(session, provider):
            raise not_set_up(provider, mode_in_use())
