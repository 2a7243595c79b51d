"""What a database remembers of the deployment that works with it."""

from sqlalchemy import exists, insert, select, update

from domain.provider_accounts import ProviderMode
from persistence.tables.money import ledger_transfers
from persistence.tables.providers import deployments, provider_accounts
from persistence.unit import Unit


async def adopt_mode(db: Unit, mode: ProviderMode) -> ProviderMode:
    """The mode that the database is in: this one, unless money or credentials of the other are there."""
    remembered: ProviderMode | None = await db.session.scalar(select(deployments.c.mode).with_for_update())
    if remembered is None:
        await db.session.execute(insert(deployments).values(is_only=True, mode=mode))
        return mode
    if remembered is mode:
        return mode
    has_money = select(exists(select(ledger_transfers.c.id)) | exists(select(provider_accounts.c.id)))
    if await db.session.scalar(has_money):
        return remembered
    await db.session.execute(update(deployments).values(mode=mode))
    return mode
