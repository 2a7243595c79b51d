"""What an organization sets on its credits: from when on it is told, and when more are bought by themselves."""

from uuid import UUID

from domain import credit_top_ups as rules
from domain.credit_accounts import TOP_UPS_PER_MONTH
from domain.credit_top_ups import TopUpTerms
from persistence import credit_accounts, credit_offers, credit_packages
from persistence.credit_offers import Wanted
from persistence.unit import Unit
from resolvers.mutations import Changed


async def set_low_balance_alert(db: Unit, *, threshold: int, expected_version: int | None) -> Changed:
    account = await credit_accounts.for_change(db)
    account.require_version(expected_version)
    rules.set_alert(account, threshold, by=db.by, at=db.at)
    return Changed(account=account)


async def set_auto_top_up(
    db: Unit,
    *,
    enabled: bool,
    threshold: int | None = None,
    package_id: UUID | None = None,
    quantity: int | None = None,
    currency: str | None = None,
    max_per_month: int = TOP_UPS_PER_MONTH,
    expected_version: int | None,
) -> Changed:
    account = await credit_accounts.for_change(db)
    account.require_version(expected_version)
    terms = TopUpTerms(
        enabled=enabled,
        threshold=threshold,
        package_id=package_id,
        quantity=quantity,
        currency=currency,
        max_per_month=max_per_month,
    )
    rules.set_top_up(account, terms, by=db.by, at=db.at)
    if package_id is not None:
        await credit_packages.known(db, package_id)
    if enabled and currency is not None:
        # What is not sold, or not in that currency, is refused now and not when somebody waits for it.
        wanted = Wanted(package_id=package_id, quantity=quantity, currency=currency)
        await credit_offers.offer(db, account.organization_id, wanted)
    return Changed(account=account)
