"""Chargebacks: saying why the money should stay, or letting it go."""

from uuid import UUID

from domain.chargebacks import Chargeback
from persistence import chargeback_postings, chargebacks
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, OF_PAYMENT = chargebacks.LIST, chargebacks.OF_PAYMENT
PAYMENT, INVOICE = chargebacks.PAYMENT, chargebacks.INVOICE
ISSUER, ANSWERED_BY = chargebacks.ISSUER, chargebacks.ANSWERED_BY


async def submit_chargeback_evidence(db: Unit, *, chargeback_id: UUID, evidence: str) -> Changed:
    chargeback, _ = await _locked(db, chargeback_id)
    chargeback.submit(evidence, by=db.by, at=db.at)
    return Changed(chargeback=chargeback)


async def accept_chargeback(db: Unit, *, chargeback_id: UUID) -> Changed:
    chargeback, shares = await _locked(db, chargeback_id)
    chargeback.accept(by=db.by, at=db.at)
    await chargeback_postings.lose(db, chargeback, shares)
    await chargeback_postings.follow_hold(db, chargeback)
    return Changed(chargeback=chargeback)


async def _locked(db: Unit, chargeback_id: UUID) -> tuple[Chargeback, list[chargeback_postings.Share]]:
    chargeback = await chargebacks.seen(db, chargeback_id)
    return chargeback, await chargeback_postings.locked(db, chargeback)
