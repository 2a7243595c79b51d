"""Makers of chargebacks: payments of simulated cards whose bank asks for the money back a day later."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.chargebacks import opened
from domain.money import Money
from domain.money_exceptions import Finding, MoneyExceptionKind
from domain.payment_methods import Provider
from domain.payments import Payment
from integrations.chargebacks import ReportedChargeback, ReportedState
from jobs.chargeback_reports import follow
from persistence import money_exceptions
from persistence.tables.money import payment_attempts
from persistence.unit import unit_of_work
from tests.makers.ledger import make_trade
from tests.makers.payments import Claim, make_claim
from tests.world import World

CHARGEBACK = """id status reason evidence evidenceDueAt decidedAt externalId provider amount { amountMinor currency }
 payment { id } invoice { id status amountDue { amountMinor } } issuer { name } answeredBy { id }
 availableActions { action allowed } history { nodes { action from to actorKind } }"""


@dataclass(slots=True)
class Disputed:
    """A claim that was paid, and the chargeback of that payment."""

    claim: Claim
    payment: str
    id: str

    @property
    def world(self) -> World:
        return self.claim.world

    async def seen(self) -> dict[str, Any]:
        query = f"query($id: ID!) {{ chargeback(id: $id) {{ {CHARGEBACK} }} }}"
        found: dict[str, Any] = (await self.claim.issuer.ask(query, id=self.id))["chargeback"]
        return found

    async def status(self) -> str:
        return str((await self.seen())["status"])

    async def submit(self, evidence: str = "They have used it ever since.") -> None:
        await self.claim.issuer.do("submitChargebackEvidence", "chargeback { id }", **self.answer(evidence=evidence))
        await self.world.settle()

    def answer(self, **input: Any) -> dict[str, Any]:
        return {"chargebackId": self.id, "idempotencyKey": self.world.key()} | input

    async def after(self, **time: float) -> None:
        """Lets time pass, and everything happen that it brings."""
        self.world.clock.advance(timedelta(**time))
        await self.world.settle()


async def make_disputed(world: World, token: str = "sim_chargeback", **how: Any) -> Disputed:
    """An invoice of 1000.00 EUR with a fee of 50.00 that was paid by such a card; its bank has just been heard of."""
    claim = await make_claim(world, token=token, **how)
    payment = await claim.pay()
    await world.settle()
    world.clock.advance(timedelta(days=1, minutes=10))
    await world.settle()
    listed = await claim.issuer.ask(
        "query($filter: ChargebackFilter) { chargebacks(filter: $filter) { nodes { id } } }",
        filter={"paymentId": payment},
    )
    return Disputed(claim, payment, listed["chargebacks"]["nodes"][0]["id"])


async def spend_wallet(claim: Claim, amount_minor: int) -> None:
    """Takes money out of the issuer's wallet: it pays an invoice of somebody else's with it."""
    world, issuer = claim.world, await claim.world.freelancer_side("Grace Hopper")
    trade = await make_trade(world, issuer_id=issuer.organization_id, payer_id=claim.issuer.organization_id)
    sides = Claim(world, issuer, claim.issuer, trade, claim.invoice_id)
    other = await make_claim(world, total_minor=amount_minor, fee_minor=0, sides=sides)
    await other.payer.do(
        "payInvoice",
        "payment { status }",
        invoiceId=other.id,
        source="WALLET",
        idempotencyKey=claim.world.key(),
    )


async def report(world: World, payment: str, state: ReportedState, amount_minor: int, currency: str = "EUR") -> None:
    """The bank says where it is with a part of a payment; the simulated cards ask for all of it."""
    of_payment = payment_attempts.c.payment_id == UUID(hex=payment.removeprefix("pay_"))
    async with world.database.reader() as session:
        key = (await session.scalars(select(payment_attempts.c.id).where(of_payment))).one()
    at = world.clock.now()
    said = ReportedChargeback(
        external_id=f"part_{payment}",
        charge_key=key,
        amount=Money(amount_minor, currency),
        reason="FRAUDULENT",
        evidence_due_at=at + timedelta(days=7),
        state=state,
        changed_at=at,
    )
    await follow(world.database, Provider.SIMULATOR, said, at)


async def make_warning(world: World, payment: Payment) -> None:
    """The bank asks about a payment, of which nothing is posted; and staff are asked to look at it."""
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        due_at, external_id = at + timedelta(days=7), f"warning_{payment.id.hex}"
        db.add(
            opened(
                payment,
                external_id,
                payment.captured_amount,
                reason="FRAUDULENT",
                evidence_due_at=due_at,
                is_warning=True,
                at=at,
            )
        )
        finding = Finding(
            MoneyExceptionKind.STATE_MISMATCH, "Payment", str(payment.id), "WON", "LOST", payment.issuer_id
        )
        await money_exceptions.open_once(db, finding)
