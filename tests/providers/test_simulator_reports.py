"""The simulator's other objects and its reports: what moved on a day, and what is kept at its end."""

from datetime import timedelta

from domain.provider_reports import LineKind
from integrations.chargebacks import ChargebackAnswer, ReportedState
from integrations.payments import CameBack, Declined, NoAnswer, PaidOut, Refunded, UnderWay
from tests.providers.simulated import NOON, Desk, desk, eur, key, name
from tests.world import World

DAY = NOON.date()


async def lines(one: Desk, days: int = 0) -> list[tuple[LineKind, str, int, int]]:
    report = await one.simulator.report(DAY + timedelta(days=days), one.at)
    return [(line.kind, line.external_id, line.amount.amount_minor, line.fee_minor) for line in report.lines]


async def test_a_day_has_a_line_for_each_movement_and_the_balance_at_its_end(world: World) -> None:
    one = desk(world)
    await one.charge(1, "sim_fee")
    await one.charge(2, "sim_decline")
    await one.refund(3, of=1, amount_minor=4_000)
    await one.pay_out(4, amount_minor=2_000)
    one.wait(days=1)
    await one.charge(5, amount_minor=700)
    assert await lines(one) == [
        (LineKind.CHARGE, name(1), 10_000, 320),
        (LineKind.REFUND, f"sim_re_{key(3).hex}", 4_000, 0),
        (LineKind.PAYOUT, f"simout_{key(4).hex}", 2_000, 0),
    ]
    first, second = [await one.simulator.report(DAY + timedelta(days=days), one.at) for days in (0, 1)]
    assert (first.balances, second.balances) == ({"EUR": 3_680}, {"EUR": 4_380})
    assert [line.key for line in first.lines] == [key(1), key(3), key(4)]


async def test_a_day_that_is_not_over_is_reported_as_far_as_it_is(world: World) -> None:
    one = desk(world)
    await one.pay_out(1, "sim_bank_late")
    assert await lines(one) == []
    one.wait(hours=1)
    assert [kind for kind, *_ in await lines(one)] == [LineKind.PAYOUT]


async def test_refunds_are_made_once_and_never_of_more_than_was_charged(world: World) -> None:
    one = desk(world)
    await one.charge(1)
    done = Refunded(provider_id=f"sim_re_{key(2).hex}", amount=eur(6_000))
    assert [await one.refund(2, of=1, amount_minor=6_000) for _ in range(2)] == [done, done]
    refused = await one.refund(3, of=1, amount_minor=4_001)
    assert isinstance(refused, Declined)
    assert refused.code == "NOT_REFUNDABLE"
    assert await one.kept() == 4_000


async def test_refunds_of_cards_that_say_so_are_late_lost_or_refused(world: World) -> None:
    one, timeout = desk(world), NoAnswer(reason="timeout")
    tokens = ("sim_refund_late", "sim_refund_timeout_done", "sim_refund_timeout_not_done", "sim_refund_decline")
    for number, token in enumerate(tokens, 1):
        await one.charge(number, token)
    answers = [await one.refund(10 + number, of=number) for number in range(1, 5)]
    assert isinstance(answers[0], UnderWay)
    assert answers[1:3] == [timeout, timeout]
    assert isinstance(answers[3], Declined)
    one.wait(hours=1)
    found = [type(await one.find_refund(10 + number)).__name__ for number in range(1, 5)]
    assert found == ["Refunded", "Refunded", "NotFound", "Declined"]
    assert await one.kept() == 20_000


async def test_payouts_are_late_come_back_or_are_refused(world: World) -> None:
    one = desk(world)
    await one.charge(1)
    paid = PaidOut(provider_id=f"simout_{key(2).hex}", amount=eur(5_000))
    assert [await one.pay_out(2) for _ in range(2)] == [paid, paid]
    assert isinstance(await one.pay_out(3, "sim_bank_late", 100), UnderWay)
    assert isinstance(await one.pay_out(4, "sim_bank_decline", 100), Declined)
    assert isinstance(await one.pay_out(5, "sim_bank_returned", 1_000), PaidOut)
    one.wait(days=2)
    assert await one.find_payout(5) == CameBack(code="ACCOUNT_CLOSED")
    assert await one.kept() == 4_900
    assert (LineKind.PAYOUT_RETURNED, f"simout_{key(5).hex}", 1_000, 0) in await lines(one, days=2)


async def test_a_bank_asks_takes_hears_and_decides(world: World) -> None:
    one = desk(world)
    await one.charge(1, "sim_chargeback_warning")
    one.wait(days=1)
    [report] = await one.simulator.chargebacks(NOON, one.at)
    assert (report.state, report.charge_key, report.amount) == (ReportedState.WARNING, key(1), eur(10_000))
    one.wait(days=2)
    assert await one.kept() == 0
    said = ChargebackAnswer(external_id=report.external_id, evidence="They have it.", at=one.at)
    await one.simulator.answer_chargeback(said)
    assert (await one.simulator.find_chargeback(report.external_id, one.at)).state is ReportedState.UNDER_REVIEW
    one.wait(days=3)
    assert (await one.simulator.find_chargeback(report.external_id, one.at)).state is ReportedState.WON
    assert await one.kept() == 10_000
    told = [name for name in await one.told() if name.startswith("chargeback")]
    steps = ("opened", "needs_response", "under_review", "won")
    assert told == [f"chargeback.{step}" for step in steps]
