"""A process that is killed at any point of a payment's way: nothing is done twice, and what was done is not lost."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import Any

import pytest

from domain.payment_methods import Provider
from domain.provider_reports import DayReport, LineKind, ReportLine
from jobs import payment_outcomes, payments, payouts, refunds, simulator, webhook_handling
from jobs.providers import reach
from persistence.books import check_books
from persistence.database import Database
from persistence.unit import transact
from tests.makers.credits import credit, refund_of
from tests.makers.payments import Claim, balances, make_claim
from tests.makers.payouts import request_payout, states_of_payouts
from tests.makers.providers import Killed
from tests.providers.companies import Company
from tests.providers.company_setups import COMPANIES
from tests.world import World

Life = Callable[[Database, datetime], Awaitable[int]]

AMOUNT = 10_000
MODULES = (payment_outcomes, payments, payouts, refunds, webhook_handling)
SCHEDULE = (timedelta(), *[timedelta(minutes=11)] * 3, timedelta(hours=7))
"""When what is left over is looked at: past every lease, and past all questions about an unknown outcome."""


class Moment(Enum):
    """Where in a transaction."""

    BEGINS = auto()
    BEFORE_COMMIT = auto()
    AFTER_COMMIT = auto()


M = Moment
MARKED, CALLED = ("mark", M.AFTER_COMMIT), ("record", M.BEGINS)
POINTS: Mapping[str, tuple[tuple[str, Moment], ...]] = {
    "after the mark, before the call": (MARKED,),
    "after the call, before the record": (CALLED,),
    "in the record, before its commit": (("record", M.BEFORE_COMMIT),),
    "after the record, before anybody knows": (("record", M.AFTER_COMMIT),),
    "told, before it is handled": (CALLED, ("_lease", M.BEFORE_COMMIT)),
    "told, once it is taken on": (CALLED, ("_lease", M.AFTER_COMMIT)),
    "told and followed, before its commit": (CALLED, ("record", M.BEFORE_COMMIT)),
    "told and followed, before the message is marked": (CALLED, ("_record", M.BEFORE_COMMIT)),
    "before the mark commits": (("mark", M.BEFORE_COMMIT),),
}
"""By the names of the transactions: the first kills whoever does it, the second whoever handles what is told of it."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a company is asked to do. `begin` brings a claim to where that can be asked for."""

    life: Life
    kind: LineKind
    begin: Callable[[Company, Claim], Awaitable[Any]]
    ask: Callable[[Claim, Any], Awaitable[Any]]
    state: str
    """Once it is done."""
    is_asked_again: bool = False
    """Whether one that never left is asked for again: what moves no money twice may be."""


async def _pay(claim: Claim, mode: str) -> str:
    key = claim.world.key()
    paid = await claim.payer.do(
        "payInvoice", "payment { id }", invoiceId=claim.id, captureMode=mode, idempotencyKey=key
    )
    return str(paid["payment"]["id"])


async def _nothing(company: Company, claim: Claim) -> None:
    return None


async def _paid(company: Company, claim: Claim) -> str:
    payment = await _pay(claim, "AUTOMATIC")
    await company.settle()
    assert await claim.payments() == ["SUCCEEDED"]
    return payment


async def _reserved(company: Company, claim: Claim) -> str:
    payment = await _pay(claim, "MANUAL")
    await company.settle()
    assert await claim.payments() == ["AUTHORIZED"]
    return payment


async def _charge(claim: Claim, _: Any) -> None:
    await _pay(claim, "AUTOMATIC")


async def _capture(claim: Claim, payment: str) -> None:
    await claim.issuer.do("capturePayment", "payment { id }", paymentId=payment, idempotencyKey=claim.world.key())


async def _void(claim: Claim, payment: str) -> None:
    await claim.payer.do("cancelPayment", "payment { id }", paymentId=payment, idempotencyKey=claim.world.key())


async def _refund(claim: Claim, _: Any) -> None:
    await credit(claim, AMOUNT, refund=True)


async def _pay_out(claim: Claim, _: Any) -> None:
    await request_payout(claim.issuer, AMOUNT)


ERRANDS: Mapping[str, Errand] = {
    "charge": Errand(payments.send_created, LineKind.CHARGE, _nothing, _charge, "SUCCEEDED"),
    "capture": Errand(payments.ask_unanswered, LineKind.CHARGE, _reserved, _capture, "SUCCEEDED", is_asked_again=True),
    "void": Errand(payments.ask_unanswered, LineKind.CHARGE, _reserved, _void, "CANCELED", is_asked_again=True),
    "refund": Errand(refunds.send_pending, LineKind.REFUND, _paid, _refund, "SUCCEEDED"),
    "payout": Errand(payouts.send_pending, LineKind.PAYOUT, _paid, _pay_out, "PAID"),
}


async def killed(life: Life, world: World, at: tuple[str, Moment]) -> None:
    """A life that ends at this moment of the transaction of this name; nothing else of it is different."""
    name, moment = at

    async def dying(database: Database, work: Callable[..., Awaitable[Any]], **how: Any) -> Any:
        is_here = (work.func if isinstance(work, partial) else work).__name__ == name
        if is_here and moment is M.BEGINS:
            raise Killed

        async def until_commit(db: Any) -> Any:
            return end_at(M.BEFORE_COMMIT, is_here, await work(db))

        return end_at(M.AFTER_COMMIT, is_here, await transact(database, until_commit, **how))

    def end_at(here: Moment, is_here: bool, done: Any) -> Any:
        # Of those that look for something to do, the ones that find nothing go on.
        if is_here and moment is here and (done is not None or "record" in name):
            raise Killed
        return done

    with pytest.MonkeyPatch.context() as during:
        for module in MODULES:
            during.setattr(module, "transact", dying)
        with pytest.raises(Killed):
            await life(world.database, world.clock.now())


async def claims_of(company: Company) -> list[Claim]:
    """As many open invoices of 100.00 as there are points, all between the same two."""
    first = await make_claim(company.world, total_minor=AMOUNT, fee_minor=0)
    await first.payer.do(
        "addPaymentMethod",
        "method { id }",
        provider=company.provider.name,
        token=company.card,
        currency="EUR",
        makeDefault=True,
    )
    rest = range(1, len(POINTS))
    return [first, *[await make_claim(company.world, total_minor=AMOUNT, fee_minor=0, sides=first) for _ in rest]]


async def states_of(errand: Errand, claims: list[Claim]) -> Counter[str]:
    if errand.kind is LineKind.PAYOUT:
        return Counter(await states_of_payouts(claims[0].world))
    if errand.kind is LineKind.REFUND:
        return Counter([(await refund_of(claim)).status.name for claim in claims])
    return Counter([state for claim in claims for state in await claim.payments()])


@pytest.mark.parametrize("name", ERRANDS)
@pytest.mark.parametrize("provider", [Provider.SIMULATOR, Provider.STRIPE])
async def test_whoever_is_killed_at_any_point_doubles_and_loses_nothing(
    world: World, provider: Provider, name: str
) -> None:
    errand = ERRANDS[name]
    async with COMPANIES[provider](await world.staff()) as company:
        began, claims = world.clock.now(), await claims_of(company)
        begun = [await errand.begin(company, claim) for claim in claims]
        if errand.kind is LineKind.PAYOUT:
            await make_payee(company, claims[0])
        for claim, what, (first, *later) in zip(claims, begun, POINTS.values(), strict=True):
            await errand.ask(claim, what)
            await killed(errand.life, world, first)
            for point in later:
                await simulator.deliver(world.database, world.clock.now())
                await company.tell()
                await killed(webhook_handling.handle_due, world, point)
        for pause in SCHEDULE:
            world.clock.advance(pause)
            company.days_pass()
            await company.settle()
        lost = 0 if errand.is_asked_again else 1
        done = len(POINTS) - lost
        assert await states_of(errand, claims) == Counter({errand.state: done, "FAILED": lost})
        assert await moved(company, errand.kind, began) == [AMOUNT] * (0 if errand.state == "CANCELED" else done)
        assert (await balances(world)).get("provider_cash", 0) == await company.kept()
        assert await check_books(world.database, world.clock.now()) == []


async def make_payee(company: Company, claim: Claim) -> None:
    token = await company.onboard(claim.issuer)
    await company.settle()
    await claim.issuer.do(
        "addPayoutMethod",
        "method { id }",
        provider=company.provider.name,
        token=token,
        currency="EUR",
        makeDefault=True,
    )


async def moved(company: Company, kind: LineKind, since: datetime) -> list[int]:
    """What the company says it has moved in this way since the day of an instant, each under a key of its own."""
    now, lines = company.world.clock.now(), list[ReportLine]()
    provider = await reach(company.world.database, company.provider)
    for days in range((now.date() - since.date()).days + 1):
        report = await provider.report(since.date() + timedelta(days=days), now)
        assert isinstance(report, DayReport)
        lines += [line for line in report.lines if line.kind is kind]
    assert len({line.key for line in lines} - {None}) == len(lines)
    return [line.amount.amount_minor for line in lines]
