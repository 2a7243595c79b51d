"""Stripe's report of a day: every movement once, with our key, and the balance at the day's end."""

from datetime import date
from uuid import UUID, uuid4

from domain.money import Money
from domain.provider_reports import SIGNS, DayReport, LineKind
from integrations.chargebacks import ChargebackAnswer
from integrations.payments import NoAnswer, PayingOut, Refunding
from standins.faults import Fault
from standins.stripe import money
from tests.providers.stripe_setup import CLOSED_BANK, NOON, Setup

DAY = NOON.date()


async def reported(stripe: Setup, day: date = DAY) -> DayReport:
    report = await stripe.stripe.report(day, stripe.at)
    assert isinstance(report, DayReport)
    return report


def rows(report: DayReport) -> list[tuple[LineKind, str, UUID | None, int, int]]:
    return [(line.kind, line.external_id, line.key, line.amount.amount_minor, line.fee_minor) for line in report.lines]


async def test_each_movement_is_a_line_with_our_key(stripe: Setup) -> None:
    account = await stripe.payee(CLOSED_BANK)
    key, charge_id = await stripe.charged("pm_card_refundFail")
    disputed, _ = await stripe.charged("pm_card_createDispute")
    refund, payout = uuid4(), uuid4()
    amount = Money(4000, "EUR")
    await stripe.stripe.refund(Refunding(key=refund, charge_id=charge_id, amount=amount, at=NOON))
    await stripe.stripe.pay_out(PayingOut(key=payout, amount=amount, method_token=account, at=NOON))
    stripe.world.settle()
    await stripe.stripe.find_payout(stripe.asked(payout))
    said = ChargebackAnswer(external_id="dp_000001", evidence="winning_evidence", at=NOON)
    await stripe.stripe.answer_chargeback(said)
    report = await reported(stripe)
    assert rows(report) == [
        (LineKind.CHARGE, charge_id, key, 12000, 378),
        (LineKind.CHARGE, "pi_000002", disputed, 12000, 378),
        (LineKind.CHARGEBACK, "dp_000001", disputed, 12000, 1500),
        (LineKind.REFUND, "re_000001", refund, 4000, 0),
        (LineKind.PAYOUT, "tr_000001", payout, 4000, 0),
        (LineKind.REFUND_FAILED, "re_000001", refund, 4000, 0),
        (LineKind.PAYOUT_RETURNED, "tr_000001", payout, 4000, 0),
        (LineKind.CHARGEBACK_WON, "dp_000001", disputed, 12000, -1500),
    ]
    moved = sum(SIGNS[line.kind] * line.amount.amount_minor - line.fee_minor for line in report.lines)
    assert report.balances == {"EUR": moved} == {"EUR": 24000 - 2 * 378}


async def test_a_day_ends_with_what_was_there_then(stripe: Setup) -> None:
    await stripe.charged()
    stripe.pass_time(days=1)
    await stripe.charged()
    first, second = await reported(stripe), await reported(stripe, stripe.at.date())
    assert (len(first.lines), first.balances) == (1, {"EUR": 11622})
    assert (len(second.lines), second.balances) == (1, {"EUR": 23244})


async def test_all_pages_are_read(stripe: Setup) -> None:
    key, _ = await stripe.charged()
    for _ in range(100):
        money.move(stripe.world, "charge", 100, "eur", None)
    report = await reported(stripe)
    assert len({line.external_id for line in report.lines}) == 101
    assert (report.lines[0].key, report.balances) == (key, {"EUR": 11622 + 100 * 100})


async def test_a_report_that_is_cut_off_is_none(stripe: Setup) -> None:
    stripe.faults.script(Fault.BROKEN_BODY, path="/v1/balance_transactions")
    assert isinstance(await stripe.stripe.report(DAY, NOON), NoAnswer)
