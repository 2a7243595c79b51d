"""P22 of credits: what is owed for credits that were spent before their money went back."""

from datetime import datetime

from domain.actors import Actor
from domain.ledger import AccountCode, PostingKind, Transfer, TransferSource
from domain.postings.kit import credit, debit, own, platform
from domain.sales import Sale


def shortfall_owed(sale: Sale, amount_minor: int, ordinal: int, *, by: Actor, at: datetime) -> Transfer:
    """The buyer owes what the missing credits had cost: so much stays earned."""
    return Transfer(
        kind=PostingKind.P22,
        source_type=TransferSource.SALE,
        source_id=sale.id,
        ordinal=ordinal,
        invoice_id=sale.invoice_id,
        by=by,
        at=at,
        postings=(
            debit(own(AccountCode.ORG_DEBT, sale.organization_id, sale.currency), amount_minor),
            credit(platform(AccountCode.PLATFORM_REVENUE, sale.currency), amount_minor),
        ),
    )
