"""Which taxes a sale carries: asked of the service that this process was given, or of nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from domain.organizations import Organization
from domain.sale_taxes import NoService, Party, TaxQuote, TaxService, read_quote, unavailable
from persistence.tables.sales import sales
from persistence.unit import Unit


@dataclass(slots=True)
class _Process:
    service: TaxService = field(default_factory=NoService)


_process = _Process()


def use_taxes(service: TaxService) -> None:
    """Says once, where a process starts, who knows the taxes of what Milepost sells."""
    _process.service = service


def known(
    db: Unit, seller: Organization, buyer: Organization, tax_codes: Sequence[str | None]
) -> Sequence[TaxQuote] | None:
    """One quote for each line, as of today; None while nobody can tell."""
    parties = (Party(seller.id, seller.country), Party(buyer.id, buyer.country))
    return _process.service.quote(*parties, tax_codes, db.at.date())


async def known_or_as_before(
    db: Unit, seller: Organization, buyer: Organization, tax_codes: Sequence[str | None]
) -> tuple[Sequence[TaxQuote], bool]:
    """The same or, while nobody can tell, the tax of what the buyer was sold last; and whether it is that.

    Refuses PROVIDER_UNAVAILABLE where there is none.
    """
    quotes = known(db, seller, buyer, tax_codes)
    return (quotes, False) if quotes is not None else (await _as_before(db, buyer.id, tax_codes), True)


async def _as_before(db: Unit, buyer_id: UUID, tax_codes: Sequence[str | None]) -> Sequence[TaxQuote]:
    newest = select(sales.c.lines[0]["tax"]).where(sales.c.organization_id == buyer_id, sales.c.invoice_id.is_not(None))
    found = await db.session.scalar(newest.order_by(sales.c.id.desc()).limit(1))
    if found is None:
        raise unavailable()
    return [read_quote(found) for _ in tax_codes]
