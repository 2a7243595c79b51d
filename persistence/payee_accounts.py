"""What providers call the organizations that they pay out to, from the moment these begin to say who they are."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.payment_methods import Provider
from persistence.database import Database
from persistence.provider_accounts import mode_in_use
from persistence.tables.providers import payee_accounts
from persistence.unit import Unit


async def account_of(database: Database, organization_id: UUID, provider: Provider) -> str | None:
    payee = payee_accounts.c
    of_mode = select(payee.account).where(payee.provider == provider, payee.mode == mode_in_use())
    async with database.reader() as session:
        return await session.scalar(of_mode.where(payee.organization_id == organization_id))


async def is_of_others(database: Database, organization_id: UUID, provider: Provider, account: str) -> bool:
    """Whether it is what a provider calls another organization."""
    payee = payee_accounts.c
    owner = select(payee.organization_id).where(payee.provider == provider, payee.account == account)
    async with database.reader() as session:
        owner_id = await session.scalar(owner)
    return owner_id is not None and owner_id != organization_id


async def keep(db: Unit, organization_id: UUID, provider: Provider, account: str) -> None:
    """The newest counts: a provider may have thrown away one that was never finished."""
    row = {"organization_id": organization_id, "provider": provider, "mode": mode_in_use(), "account": account}
    kept = insert(payee_accounts).values(**row, began_at=db.at)
    await db.session.execute(
        kept.on_conflict_do_update(
            index_elements=["organization_id", "provider", "mode"], set_={"account": account, "began_at": db.at}
        )
    )
