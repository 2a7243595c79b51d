"""Makers of paid invoices, of credit notes on them, and of refunds; and what the simulator has given back."""

from typing import Any

from sqlalchemy import select

from domain.provider_reports import LineKind
from domain.refunds import Refund
from jobs.payments import send_created
from persistence.tables.refunds import refunds
from tests.makers.payments import Claim, make_claim
from tests.makers.simulator import moved
from tests.world import Person, World

NOTE = """id status number total { amountMinor } netTotal { amountMinor } taxTotal { amountMinor }
 appliedToDue { amountMinor } returned { amountMinor } fee { amountMinor } reason
 lines { position amount { amountMinor } net { amountMinor } tax { amountMinor }
  taxes { name amount { amountMinor } } }"""
REFUND = """id status cause reason awaitsApproval failureCode amount { amountMinor currency } approval { id status }
 availableActions { action allowed reason }"""


def money(amount_minor: int, currency: str = "EUR") -> dict[str, str]:
    return {"amountMinor": str(amount_minor), "currency": currency}


async def make_paid(
    world: World, *, token: str = "sim_ok", total_minor: int = 100_000, fee_minor: int = 5_000
) -> tuple[Claim, str]:
    """An invoice that its recipient has paid with a card of this token, and the id of the payment."""
    claim = await make_claim(world, token=token, total_minor=total_minor, fee_minor=fee_minor)
    payment = await claim.pay()
    await send_created(world.database, world.clock.now())
    assert await claim.payments() == ["SUCCEEDED"]
    return claim, payment


async def make_note(claim: Claim, amount_minor: int | None = None, **changes: Any) -> dict[str, Any]:
    """A draft over that part of the invoice's only line, or over all that is left."""
    lines = None
    if amount_minor is not None:
        lines = [{"lineId": await line_of(claim), "amount": money(amount_minor, claim.trade.currency)}]
    input = {"invoiceId": claim.id, "lines": lines, "reason": "Less was done"} | changes
    note: dict[str, Any] = (await claim.issuer.do("createCreditNote", f"creditNote {{ {NOTE} }}", **input))[
        "creditNote"
    ]
    return note


async def line_of(claim: Claim) -> str:
    found = await claim.issuer.ask("query($id: ID!) { invoice(id: $id) { lines { id } } }", id=claim.id)
    return str(found["invoice"]["lines"][0]["id"])


async def issue(claim: Claim, note: dict[str, Any], *, refund: bool = False) -> dict[str, Any]:
    select = f"creditNote {{ {NOTE} }} invoice {{ status amountDue {{ amountMinor }} }} refunds {{ {REFUND} }}"
    return await claim.issuer.do(
        "issueCreditNote", select, creditNoteId=note["id"], refund=refund, idempotencyKey=claim.world.key()
    )


async def credit(claim: Claim, amount_minor: int | None = None, *, refund: bool = False) -> dict[str, Any]:
    """An issued credit note; the payload of issueCreditNote."""
    return await issue(claim, await make_note(claim, amount_minor), refund=refund)


async def refund(claim: Claim, payment: str, amount_minor: int | None = None) -> dict[str, Any]:
    amount = None if amount_minor is None else money(amount_minor, claim.trade.currency)
    asked = await claim.issuer.do(
        "refundPayment",
        f"refund {{ {REFUND} }}",
        paymentId=payment,
        amount=amount,
        reason="Agreed",
        idempotencyKey=claim.world.key(),
    )
    made: dict[str, Any] = asked["refund"]
    return made


async def lacking(person: Person, mutation: str, **input: Any) -> tuple[str, int, int]:
    """The refusal of what needs more money than there is: its code, what would be required and what is available."""
    name = mutation[0].upper() + mutation[1:]
    query = f"""mutation($input: {name}Input!) {{ result: {mutation}(input: $input) {{
      ... on Refusal {{ code required {{ amountMinor }} available {{ amountMinor }} }} }} }}"""
    refusal = (await person.ask(query, input=input | {"idempotencyKey": person.world.key()}))["result"]
    required, available = (int(refusal[part]["amountMinor"]) for part in ("required", "available"))
    return refusal["code"], required, available


async def refund_of(claim: Claim) -> Refund:
    """The newest refund of the invoice."""
    async with claim.world.database.reader() as session:
        mine = select(Refund).where(refunds.c.invoice_id == claim.invoice_id)
        return (await session.scalars(mine.order_by(refunds.c.id.desc()).limit(1))).one()


async def given_back(world: World, currency: str = "EUR") -> int:
    """What the simulator says it has given back."""
    return await moved(world, LineKind.REFUND, currency)
