"""Makers of differences between a provider and the books: one function for each, and what staff do about them."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from domain.actors import SYSTEM
from domain.ledger import AccountCode, Posting, PostingKind, Transfer, TransferSource
from domain.money import Money
from domain.money_exceptions import MoneyException
from domain.payment_methods import Provider
from domain.postings.kit import kept_by, platform
from domain.provider_reports import LineKind, ProviderReportLine
from integrations.payments import NoAnswer
from jobs import payouts, refunds
from jobs.payments import send_created
from persistence import ledger
from persistence.tables.money import payment_attempts
from persistence.tables.payouts import payout_attempts
from persistence.tables.refunds import refund_attempts
from persistence.unit import unit_of_work
from schema.ids import PREFIXES, global_id
from tests.makers.credits import credit, make_paid, refund
from tests.makers.payments import make_claim
from tests.makers.payouts import make_payout_method, request_payout
from tests.makers.reports import TEN, Diarist, next_night, reconcile, unknown_key
from tests.world import Person, World

THOUSAND = Money(100_000, "EUR")
Seed = tuple[str, str]
"""The kind of the exception, and what it is about: an id, or what the provider calls a line."""


async def a_charge_that_nobody_here_knows(world: World, diarist: Diarist) -> Seed:
    diarist.write(LineKind.CHARGE, "ch_strange", TEN, world.clock.now(), key=unknown_key())
    return "MISSING_IN_LEDGER", "ch_strange"


async def a_payment_that_is_not_reported(world: World, diarist: Diarist) -> Seed:
    _, payment = await make_paid(world)
    diarist.take_out(LineKind.CHARGE, await key_of(world, payment))
    return "MISSING_AT_PROVIDER", payment


async def another_amount(world: World, diarist: Diarist) -> Seed:
    _, payment = await make_paid(world)
    diarist.rewrite(LineKind.CHARGE, await key_of(world, payment), amount=Money(99_900, "EUR"))
    return "AMOUNT_MISMATCH", payment


async def another_currency(world: World, diarist: Diarist) -> Seed:
    _, payment = await make_paid(world)
    diarist.rewrite(LineKind.CHARGE, await key_of(world, payment), amount=Money(100_000, "USD"))
    return "CURRENCY_MISMATCH", payment


async def a_failed_payment_that_was_charged(world: World, diarist: Diarist) -> Seed:
    diarist.denies, claim = True, await make_claim(world, token="sim_ok")
    payment = await claim.pay()
    await send_created(world.database, world.clock.now())
    diarist.denies = False
    return "STATE_MISMATCH", payment


async def a_payment_that_was_charged_twice(world: World, diarist: Diarist) -> Seed:
    _, payment = await make_paid(world)
    key = await key_of(world, payment)
    diarist.write(LineKind.CHARGE, "ch_twice", THOUSAND, world.clock.now(), key=key)
    return "DUPLICATE", payment


async def another_fee(world: World, diarist: Diarist) -> Seed:
    _, payment = await make_paid(world)
    await post_fee(world, payment, 25)
    diarist.rewrite(LineKind.CHARGE, await key_of(world, payment), fee_minor=30)
    return "FEE_MISMATCH", payment


async def a_payout_that_nobody_here_asked_for(world: World, diarist: Diarist) -> Seed:
    diarist.write(LineKind.PAYOUT, "po_strange", TEN, world.clock.now())
    return "MISSING_IN_LEDGER", "po_strange"


async def a_refund_that_nobody_here_asked_for(world: World, diarist: Diarist) -> Seed:
    diarist.write(LineKind.REFUND, "re_strange", TEN, world.clock.now())
    return "MISSING_IN_LEDGER", "re_strange"


async def a_refund_that_is_not_reported(world: World, diarist: Diarist) -> Seed:
    given, key = await make_refunded(world, 40_000)
    diarist.take_out(LineKind.REFUND, key)
    return "MISSING_AT_PROVIDER", given


async def a_refund_of_another_amount(world: World, diarist: Diarist) -> Seed:
    given, key = await make_refunded(world, 40_000)
    diarist.rewrite(LineKind.REFUND, key, amount=Money(39_000, "EUR"))
    return "AMOUNT_MISMATCH", given


async def a_chargeback_that_nobody_here_knows(world: World, diarist: Diarist) -> Seed:
    """Of the payment of two days ago."""
    at = world.clock.now()
    reported = await diarist.real.chargebacks(at - timedelta(days=3), at)
    assert not isinstance(reported, NoAnswer)
    (bank,) = reported
    diarist.write(LineKind.CHARGEBACK, bank.external_id, bank.amount, at, key=bank.charge_key)
    return "MISSING_IN_LEDGER", bank.external_id


async def a_payout_that_came_back_to_the_provider(world: World, diarist: Diarist) -> Seed:
    """The one of two days ago."""
    (sent,) = [one for one in diarist.lines if one.kind is LineKind.PAYOUT and one.key is not None]
    diarist.write(LineKind.PAYOUT_RETURNED, sent.external_id, sent.amount, world.clock.now(), key=sent.key)
    async with world.database.reader() as session:
        payout = (await session.scalars(select(payout_attempts.c.payout_id))).one()
    return "STATE_MISMATCH", f"out_{payout.hex}"


async def less_at_the_provider_than_its_lines_say(world: World, diarist: Diarist) -> Seed:
    diarist.drift["EUR"] = -500
    return "BALANCE_DRIFT", "SIMULATOR EUR"


DIFFERENCES: tuple[Callable[[World, Diarist], Awaitable[Seed]], ...] = (
    a_charge_that_nobody_here_knows,
    a_payment_that_is_not_reported,
    another_amount,
    another_currency,
    a_failed_payment_that_was_charged,
    a_payment_that_was_charged_twice,
    another_fee,
    a_payout_that_nobody_here_asked_for,
    a_refund_that_nobody_here_asked_for,
    a_refund_that_is_not_reported,
    a_refund_of_another_amount,
    a_chargeback_that_nobody_here_knows,
    a_payout_that_came_back_to_the_provider,
    less_at_the_provider_than_its_lines_say,
)


async def make_difficult_day(world: World, diarist: Diarist) -> tuple[date, dict[str, Seed]]:
    """The day on which all of that happens, after two on which all agreed; its night has come."""
    claim, _ = await make_paid(world)
    await make_paid(world, token="sim_chargeback")
    await make_payout_method(claim.issuer, "sim_bank_returned")
    await request_payout(claim.issuer, 50_000)
    await payouts.send_pending(world.database, world.clock.now())
    for _ in range(2):
        await next_night(world)
        assert (await reconcile(world)).finding_count == 0
        world.clock.advance(timedelta(hours=11))
    seeds = {difference.__name__: await difference(world, diarist) for difference in DIFFERENCES}
    return await next_night(world), seeds


async def key_of(world: World, payment: str) -> UUID:
    return await _newest(world, select(payment_attempts.c.id).where(payment_attempts.c.payment_id == _uuid(payment)))


async def _newest(world: World, statement: Select[UUID]) -> UUID:
    async with world.database.reader() as session:
        return (await session.scalars(statement)).one()


def _uuid(global_id: str) -> UUID:
    return UUID(hex=global_id.split("_")[1])


async def make_refunded(world: World, amount_minor: int) -> tuple[str, UUID]:
    """The id of a refund that has arrived, and its key."""
    claim, payment = await make_paid(world)
    await credit(claim, amount_minor)
    made = await refund(claim, payment, amount_minor)
    await refunds.send_pending(world.database, world.clock.now())
    of_refund = refund_attempts.c.refund_id == _uuid(made["id"])
    return made["id"], await _newest(world, select(refund_attempts.c.id).where(of_refund))


async def post_fee(world: World, payment: str, fee_minor: int) -> None:
    """A fee that was known when the payment succeeded."""
    at = world.clock.now()
    fee = Transfer(
        kind=PostingKind.P14,
        source_type=TransferSource.PAYMENT,
        source_id=_uuid(payment),
        payment_id=_uuid(payment),
        by=SYSTEM,
        at=at,
        postings=(
            Posting(platform(AccountCode.PROCESSOR_FEE, "EUR"), fee_minor),
            Posting(kept_by(AccountCode.PROVIDER_CASH, Provider.SIMULATOR, "EUR"), -fee_minor),
        ),
    )
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await ledger.post(db, fee)


async def post_difference(asker: Person, exception: MoneyException, account: str = "SUSPENSE") -> str:
    asked = await asker.do(
        "postProviderDifference",
        "approval { id }",
        exceptionId=f"mex_{exception.id.hex}",
        account=account,
        reason="As they report it.",
        idempotencyKey=asker.world.key(),
    )
    return str(asked["approval"]["id"])


async def approve(person: Person, approval: str) -> None:
    await person.do("approve", "approval { status }", approvalId=approval, idempotencyKey=person.world.key())


async def correct_fee(asker: Person, fee_minor: int) -> str:
    """Asks to adjust the only fee that is posted for a payment."""
    query = "{ ledgerTransfers(filter: { kind: [P14] }) { nodes { id sourceType entries { account { id code } } } } }"
    listed = (await asker.ask(query))["ledgerTransfers"]["nodes"]
    (wrong,) = [
        one
        for one in listed
        if one["sourceType"] == "PAYMENT" and "PROCESSOR_FEE" in [entry["account"]["code"] for entry in one["entries"]]
    ]
    accounts = {entry["account"]["code"]: entry["account"]["id"] for entry in wrong["entries"]}
    lines = [
        {"accountId": accounts[code], "side": side, "amount": {"amountMinor": str(fee_minor), "currency": "EUR"}}
        for code, side in (("PROCESSOR_FEE", "DEBIT"), ("PROVIDER_CASH", "CREDIT"))
    ]
    asked = await asker.do(
        "adjustLedger",
        "approval { id }",
        transferId=wrong["id"],
        lines=lines,
        reason="As they report it.",
        idempotencyKey=asker.world.key(),
    )
    return str(asked["approval"]["id"])


async def subject_of(world: World, exception: MoneyException) -> str:
    """As the seeds name it: the id of an object, or what the provider calls a line."""
    if exception.subject_type == "ProviderReportLine":
        async with world.database.reader() as session:
            return (await session.get_one(ProviderReportLine, UUID(exception.subject_key))).external_id
    if exception.subject_type in PREFIXES:
        return global_id(exception.subject_type, UUID(exception.subject_key))
    return exception.subject_key
