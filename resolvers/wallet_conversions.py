"""Conversions of wallets: a quote, and its use."""

from uuid import UUID

from domain import wallet_conversions as rules
from domain.money import Money
from domain.postings.wallets import wallet_converted
from persistence import exchange_rates, ledger, wallet_conversions
from persistence.unit import Unit
from resolvers.mutations import Changed

ORGANIZATION = wallet_conversions.ORGANIZATION


async def quote_conversion(db: Unit, *, amount: Money, to: str) -> Changed:
    rules.check_quotable(amount, to)
    used = await exchange_rates.fresh(db, amount.currency, to)
    conversion = rules.quoted(db.by.require_organization(), amount, used, by=db.by, at=db.at)
    db.add(conversion)
    return Changed(conversion=conversion)


async def convert_wallet(db: Unit, *, quote_id: UUID) -> Changed:
    conversion = await wallet_conversions.for_change(db, quote_id)
    conversion.convert(by=db.by, at=db.at)
    await ledger.post(db, wallet_converted(conversion, by=db.by, at=db.at))
    return Changed(conversion=conversion)
