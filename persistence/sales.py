"""Selling: opening a sale, taking its money, and counting what is delivered. All of it in the caller's transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain import sales as rules
from domain.actors import SYSTEM
from domain.ledger import PostingKind
from domain.organizations import Organization, OrganizationKind
from domain.payment_methods import Provider
from domain.payment_starts import Means, require_none_live, started_for_sale
from domain.payments import CANCELABLE, LIVE_STATES, Payment, PaymentTrigger
from domain.postings.sales import sale_delivered
from domain.refusals import wrong_state
from domain.sale_lines import SaleLine
from domain.sale_taxes import unavailable
from domain.sales import Sale, SaleKind, SaleStatus
from domain.taxes import TaxMode
from persistence import (
    ledger,
    organizations,
    payment_methods,
    payments,
    provider_accounts,
    sale_invoices,
    sale_taxes,
)
from persistence.database import Database
from persistence.tables.identity import organizations as organizations_table
from persistence.tables.money import payments as payments_table
from persistence.tables.sales import sales
from persistence.unit import Unit


async def open_sale(
    db: Unit,
    *,
    kind: SaleKind,
    subject_id: UUID,
    organization_id: UUID,
    lines: Sequence[SaleLine],
    currency: str,
    tax_mode: TaxMode = TaxMode.EXCLUSIVE,
    success_url: str | None = None,
    cancel_url: str | None = None,
    or_taxed_as_before: bool = False,
) -> Sale:
    """A PENDING sale of the platform to an organization, with the taxes of this moment.

    One that comes to nothing at all is free: call `sale_outcomes.settle_free` next. The database refuses a second sale
    of the same subject while the first has not come to nothing. While its taxes are not known, it is refused, or taxed
    as what was sold to the buyer before.
    """
    seller = await seller_of(db)
    buyer = await organizations.get(db, organization_id)
    tax_codes = [line.tax_code for line in lines]
    quotes, has_old_tax = await sale_taxes.known_or_as_before(db, seller, buyer, tax_codes)
    if has_old_tax and not or_taxed_as_before:
        raise unavailable()
    sale = rules.opened(
        kind=kind,
        subject_id=subject_id,
        organization_id=organization_id,
        seller_id=seller.id,
        currency=currency,
        lines=lines,
        quotes=quotes,
        tax_mode=tax_mode,
        by=db.by,
        at=db.at,
    )
    sale.success_url, sale.cancel_url, sale.has_old_tax = success_url, cancel_url, has_old_tax
    db.add(sale)
    await db.flush()
    return sale


async def charge(db: Unit, sale: Sale, *, trigger: PaymentTrigger) -> Payment | None:
    """Charges the buyer's default method in the currency, to be sent after the commit; None without a usable one.

    COLLECTION while nobody is there to confirm anything, PAYER where somebody is. Refuses CONFLICT while an earlier
    payment of the sale may still take the money.
    """
    await _require_payable(db, sale)
    method = await payment_methods.default_of(db, sale.organization_id, sale.currency)
    if method is None or not await provider_accounts.takes_money(db.session, method.provider):
        return None
    return await _start(db, sale, Means.of(method), trigger)


async def checkout(
    db: Unit, sale: Sale, *, provider: Provider | None, method_id: UUID | None, return_url: str | None
) -> Payment:
    """A payment by somebody who is there: with a method of theirs, or with what they choose on a provider's page.

    Without either it is the page of the first provider that is set up.
    """
    await _require_payable(db, sale)
    if method_id is not None:
        method = await payment_methods.chosen(db, sale.organization_id, sale.currency, method_id)
        means = Means(provider=method.provider, method_id=method.id, return_url=return_url)
    else:
        means = Means(provider=provider or await provider_accounts.first_open(db), return_url=return_url)
    await provider_accounts.require_open(db, means.provider)
    return await _start(db, sale, means, PaymentTrigger.PAYER)


async def deliver(db: Unit, sale: Sale, delivered_minor: int) -> None:
    """P21: makes so much of a locked sale's net earned, whatever was before."""
    more = sale.deliver(delivered_minor)
    if more:
        ordinal = await ledger.next_ordinal(db, PostingKind.P21, sale.id)
        await ledger.post(db, sale_delivered(sale, more, ordinal, by=db.by, at=db.at))


async def cancel(db: Unit, sale: Sale, *, action: str = "cancelSale") -> None:
    """Ends a locked sale that nobody pays any more (`failSale` where its money did not come).

    Its live payment is taken back; where the provider has the money already, the buyer gets it back. An invoice that
    asked for it is void.
    """
    invoice = await sale_invoices.asking_for(db, sale)
    sale.end_unpaid(action, at=db.at)
    await stop_payment(db, sale)
    if invoice is not None:
        await sale_invoices.withdraw(db, invoice)


async def stop_payment(db: Unit, sale: Sale) -> bool:
    """Takes the live payment of a locked sale back, as far as that can be done; False while it may still succeed."""
    live = await live_payment(db, sale.id, locked=True)
    if live is not None and live.status in CANCELABLE and live.cancel_asked_at is None:
        live.cancel(by=SYSTEM, at=db.at)
    return live is None or live.status not in LIVE_STATES


async def locked(db: Unit, sale_id: UUID) -> Sale:
    """A sale as it is now; its subject is locked before it."""
    statement = select(Sale).where(sales.c.id == sale_id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def seen(db: Unit, sale_id: UUID) -> Sale:
    """A sale before it is locked: it says what has to be locked first."""
    return await db.session.get_one(Sale, sale_id)


async def as_it_is(database: Database, sale_id: UUID) -> Sale | None:
    """A sale, for whoever has proved that it is theirs to know."""
    async with database.reader() as session:
        return await session.get(Sale, sale_id)


async def of_subject(db: Unit, kind: SaleKind, subject_id: UUID) -> Sale | None:
    """The newest sale of a subject."""
    of_it = select(Sale).where(sales.c.kind == kind, sales.c.subject_id == subject_id)
    return await db.session.scalar(of_it.order_by(sales.c.id.desc()).limit(1))


async def live_payment(db: Unit, sale_id: UUID, *, locked: bool = False) -> Payment | None:
    """The payment that may still take the money. Ask under the sale's lock."""
    of_sale = payments_table.c.sale_id == sale_id
    statement = select(Payment).where(of_sale, payments_table.c.status.in_(LIVE_STATES))
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.session.scalars(statement)).one_or_none()


async def taxes_are_known(db: Unit, organization_id: UUID) -> bool:
    """Whether something could be sold to the organization right now."""
    buyer = await organizations.get(db, organization_id)
    return sale_taxes.known(db, await seller_of(db), buyer, [None]) is not None


async def tax_rates(db: Unit, organization_id: UUID, tax_codes: Sequence[str | None]) -> Sequence[int]:
    """In basis points, what the organization would be charged in taxes right now or, if nobody can tell, was before."""
    buyer = await organizations.get(db, organization_id)
    quotes, _ = await sale_taxes.known_or_as_before(db, await seller_of(db), buyer, tax_codes)
    return [quote.rate_bps for quote in quotes]


async def seller_of(db: Unit) -> Organization:
    """The platform, for reading: it sells everything, and there is exactly one."""
    statement = select(Organization).where(organizations_table.c.kind == OrganizationKind.PLATFORM)
    found = (await db.session.scalars(statement)).one_or_none()
    if found is None:
        message = "This platform has no organization of its own yet that could sell anything: add a member of staff."
        raise wrong_state(message, from_state="MISSING", allowed=["ACTIVE"])
    return found


async def _require_payable(db: Unit, sale: Sale) -> None:
    if sale.status is not SaleStatus.PENDING:
        message = f"Only a sale that waits for its money is paid; this one is {sale.status.name}."
        raise wrong_state(message, from_state=sale.status.name, allowed=[SaleStatus.PENDING.name])
    require_none_live(await live_payment(db, sale.id))


async def _start(db: Unit, sale: Sale, means: Means, trigger: PaymentTrigger) -> Payment:
    seller = await seller_of(db)
    by = SYSTEM if trigger is PaymentTrigger.COLLECTION else db.by
    payment, attempt = started_for_sale(sale, means, seller_id=seller.id, trigger=trigger, by=by, at=db.at)
    await payments.add(db, payment, attempt)
    return payment
