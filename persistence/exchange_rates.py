"""Queries of exchange rates: the newest that may still be used, and adding rows."""

from collections.abc import Sequence

from sqlalchemy import false, select, true, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from domain.actors import Actor
from domain.exchange_rates import FRESH_FOR, ExchangeRate, UsedRate, none_fresh, same
from domain.invoices import Invoice
from domain.permissions import Permission
from domain.refusals import conflict
from persistence.tables.exchange import exchange_rates
from persistence.tables.identity import organizations
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source


def visible_to(viewer: Actor) -> Condition:
    return true() if viewer.may(Permission.MONEY_READ) or viewer.may(Permission.STAFF_MONEY) else false()


EXCHANGE_RATES = Source(ExchangeRate, exchange_rates, visible_to)

LIST = Connection(
    EXCHANGE_RATES,
    orders={"AS_OF": exchange_rates.c.as_of},
    default_order=(("AS_OF", True),),
    filters={
        "from_currency": lambda currency: exchange_rates.c.from_currency == currency,
        "to_currency": lambda currency: exchange_rates.c.to_currency == currency,
        "as_of_from": lambda at: exchange_rates.c.as_of >= at,
        "as_of_before": lambda at: exchange_rates.c.as_of < at,
    },
)


async def fresh(db: Unit, from_currency: str, to_currency: str) -> UsedRate:
    """The rate that counts at this transaction's instant; PROVIDER_UNAVAILABLE where there is none fresh enough."""
    if from_currency == to_currency:
        return same(from_currency)
    table = exchange_rates.c
    statement = (
        select(table.rate, table.source, table.as_of)
        .where(table.from_currency == from_currency, table.to_currency == to_currency)
        .where(table.as_of <= db.at, table.as_of >= db.at - FRESH_FOR)
        .order_by(table.as_of.desc())
        .limit(1)
    )
    found = (await db.session.execute(statement)).one_or_none()
    if found is None:
        raise none_fresh(from_currency, to_currency)
    return UsedRate(
        from_currency=from_currency, to_currency=to_currency, rate=found.rate, source=found.source, at=found.as_of
    )


async def for_opening(db: Unit, invoice: Invoice) -> UsedRate | None:
    """The rate at which an invoice is kept in its issuer's own currency; None while the issuer has chosen none."""
    own = select(organizations.c.base_currency).where(organizations.c.id == invoice.issuer_id)
    base_currency = await db.session.scalar(own)
    return None if base_currency is None else await fresh(db, invoice.currency, base_currency)


async def add(db: Unit, rates: Sequence[ExchangeRate]) -> int:
    """Inserts what is new and says how much that is; CONFLICT where another rate is known for a pair and instant."""
    table = exchange_rates.c
    rows = [{column.name: getattr(rate, column.name) for column in table} for rate in rates]
    written = insert_or_ignore(exchange_rates).values(rows).on_conflict_do_nothing().returning(table.id)
    new = set(await db.session.scalars(written))
    old = {rate.key: (i, rate) for i, rate in enumerate(rates) if rate.id not in new}
    known = select(ExchangeRate).where(tuple_(table.from_currency, table.to_currency, table.as_of).in_(list(old)))
    for one in await db.session.scalars(known) if old else ():
        i, rate = old[one.key]
        if rate.rate != one.rate:
            raise conflict(
                f"The rate of this pair and instant is known to be {one.rate.normalize():f}.", "rates", str(i)
            )
    return len(new)
