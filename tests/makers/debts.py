"""Makers of debts, as a chargeback that is lost leaves them."""

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.ledger import AccountCode, PostingKind, Transfer, TransferSource
from domain.postings.kit import credit, debit, own, platform
from persistence.ledger import post
from persistence.unit import unit_of_work
from tests.world import Person, World


async def owe(world: World, person: Person, amount_minor: int, currency: str = "EUR") -> None:
    """The person's organization owes Milepost that amount from now on."""
    at = world.clock.now()
    transfer = Transfer(
        kind=PostingKind.P16,
        source_type=TransferSource.CHARGEBACK,
        source_id=new_id(),
        by=SYSTEM,
        at=at,
        postings=(
            debit(own(AccountCode.ORG_DEBT, person.organization_id, currency), amount_minor),
            credit(platform(AccountCode.PLATFORM_FEE, currency), amount_minor),
        ),
    )
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await post(db, transfer)
