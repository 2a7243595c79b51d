"""Queries of accounts at providers: the way to each in this process's mode, and which of them take new money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.provider_accounts import Access, ProviderAccount, ProviderAccountStatus, ProviderMode, not_set_up
from persistence.database import Database
from persistence.tables.providers import provider_accounts
from persistence.turns import take_turn
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source


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


def visible_to(viewer: Actor) -> Condition:
    """Staff who may handle money, and only what this process works with."""
    return provider_accounts.c.mode == mode_in_use() if viewer.may(Permission.STAFF_MONEY) else false()


PROVIDER_ACCOUNTS = Source(ProviderAccount, provider_accounts, visible_to)

LIST = Connection(
    PROVIDER_ACCOUNTS,
    orders={"PROVIDER": provider_accounts.c.provider},
    default_order=(("PROVIDER", False),),
    filters={"status": lambda values: provider_accounts.c.status.in_(values)},
)


async def access_to(database: Database, provider: Provider) -> Access:
    """The way to a provider, disabled or not: what was begun through it is carried on."""
    mode, account = mode_in_use(), None
    if provider is not Provider.SIMULATOR:
        async with database.reader() as session:
            account = await session.scalar(_of(provider, mode))
    return Access(provider=provider, mode=mode) if account is None else account.access(datetime.now(UTC))


async def for_configuring(db: Unit, provider: Provider) -> ProviderAccount | None:
    """The account at a provider, if there is one, while nobody else makes or changes it."""
    await take_turn(db, "provider account", provider.name)
    return await db.session.scalar(_of(provider, mode_in_use()).with_for_update())


async def for_change(db: Unit, provider: Provider) -> ProviderAccount:
    found = await for_configuring(db, provider)
    if found is None:
        raise not_set_up(provider, mode_in_use())
    return found


def _of(provider: Provider, mode: ProviderMode) -> Select[ProviderAccount]:
    account = provider_accounts.c
    return select(ProviderAccount).where(account.provider == provider, account.mode == mode)


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


async def first_open(db: Unit) -> Provider:
    """On whose page somebody pays who has named none; the simulator's where no other takes money."""
    for provider in Provider:
        if await takes_money(db.session, provider):
            return provider
    return Provider.SIMULATOR


async def require_open(db: Unit, provider: Provider) -> None:
    """Refuses to begin anything through a provider that is not set up, or was disabled."""
    if not await takes_money(db.session, provider):
        raise not_set_up(provider, mode_in_use())


async def require_set_up(database: Database, provider: Provider) -> None:
    """The same before a transaction begins."""
    async with database.reader() as session:
        if not await takes_money(session, provider):
            raise not_set_up(provider, mode_in_use())
