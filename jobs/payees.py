"""Payees at providers: whether they are verified, once the provider or somebody here says that it may have changed."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.payment_methods import Provider
from integrations.payments import Adding, NoAnswer, Unusable
from jobs.providers import reach, unanswered
from persistence import payout_methods
from persistence.database import Database
from persistence.unit import Unit, transact


async def look(
    database: Database, provider: Provider, key: UUID | None, provider_id: str | None, now: datetime
) -> bool:
    """Follows a payee that the provider has told of; False for one that is nobody's payout method."""
    return provider_id is not None and await refresh(database, provider, provider_id, now)


async def refresh(database: Database, provider: Provider, account: str, now: datetime) -> bool:
    """Asks what the provider knows of an account by now; False where no payout method has it."""

    async def of_account(db: Unit) -> list[Adding]:
        return [
            Adding(organization_id=one.organization_id, token=account, customer=None, currency=one.currency, at=db.at)
            for one in await payout_methods.of_account(db, provider, account)
        ]

    asked = await transact(database, of_account, by=SYSTEM, at=now)
    for adding in asked:
        payee = await (await reach(database, provider)).payee_details(adding)
        if isinstance(payee, NoAnswer):
            raise unanswered(provider, payee)
        is_verified = not isinstance(payee, Unusable) and payee.is_verified

        async def follow(db: Unit, is_verified: bool = is_verified) -> None:
            for method in await payout_methods.of_account(db, provider, account):
                method.follow_verification(is_verified=is_verified, at=db.at)

        await transact(database, follow, by=SYSTEM, at=now)
    return bool(asked)
