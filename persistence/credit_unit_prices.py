"""Queries of unit prices: what one credit of a free quantity costs, now and from when on."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import exists, select, true

from domain.credit_prices import CreditUnitPrice
from domain.refusals import invalid
from persistence.tables.credit_sales import credit_unit_prices
from persistence.unit import Unit
from planner.edges import Connection, Source

CREDIT_UNIT_PRICES = Source(CreditUnitPrice, credit_unit_prices, lambda viewer: true())

LIST = Connection(
    CREDIT_UNIT_PRICES,
    orders={"STARTS_AT": credit_unit_prices.c.starts_at, "CURRENCY": credit_unit_prices.c.currency},
    default_order=(("CURRENCY", False), ("STARTS_AT", True)),
    filters={"currency": lambda values: credit_unit_prices.c.currency.in_(values)},
)


async def in_force(db: Unit, currency: str) -> Decimal:
    """The price of one credit at the instant of this transaction; INVALID for a currency without one."""
    prices = credit_unit_prices.c
    statement = select(prices.unit_amount).where(prices.currency == currency, prices.starts_at <= db.at)
    found: Decimal | None = await db.session.scalar(statement.order_by(prices.starts_at.desc()).limit(1))
    if found is None:
        raise invalid(f"Credits are not sold in {currency}.", "currency")
    return found


async def is_taken(db: Unit, currency: str, starts_at: datetime) -> bool:
    """Whether a price of that currency begins at that instant already."""
    same = (credit_unit_prices.c.currency == currency, credit_unit_prices.c.starts_at == starts_at)
    return bool((await db.session.execute(select(exists().where(*same)))).scalar_one())
