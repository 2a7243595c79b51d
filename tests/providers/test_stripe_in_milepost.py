"""What Milepost makes of Stripe's answers: the payer acts there, a bank account is closed, an answer is lost."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.payment_methods import Provider
from domain.permissions import StaffRole
from persistence.books import check_books
from standins.courier import Plan
from standins.faults import Fault
from standins.stripe import payouts as stripe_payouts
from standins.stripe.money import balance_of
from tests.makers.payments import Claim, balances, make_claim
from tests.makers.payouts import figures, request_payout, states_of_payouts
from tests.providers.companies import Stripe
from tests.providers.company_setups import COMPANIES
from tests.providers.stripe_setup import post
from tests.world import World


@pytest.fixture
async def company(world: World) -> AsyncIterator[Stripe]:
    """Its webhooks come three times each, in any order, and some of them late."""
    async with COMPANIES[Provider.STRIPE](await world.staff(StaffRole.FINANCE)) as company:
        assert isinstance(company, Stripe)
        company.courier.follow(Plan(seed=3, copies=3, lost=0.2, is_mixed=True))
        yield company
    assert await check_books(world.database, world.clock.now()) == []


async def claim_with(company: Stripe, token: str) -> Claim:
    """An open invoice of 1000.00 EUR whose payer has this card on file."""
    claim = await make_claim(company.world)
    await claim.payer.do(
        "addPaymentMethod", "method { id }", provider="STRIPE", token=token, currency="EUR", makeDefault=True
    )
    return claim


async def seen(claim: Claim, payment: str) -> dict[str, Any]:
    query = "query($id: ID!) { payment(id: $id) { status nextActionUrl failureCode } }"
    return dict((await claim.payer.ask(query, id=payment))["payment"])


@pytest.mark.parametrize(
    ("outcome", "status", "code"), [("authorize", "SUCCEEDED", None), ("fail", "FAILED", "AUTHENTICATION_FAILED")]
)
async def test_the_payer_is_sent_to_their_bank_and_what_they_do_there_counts(
    company: Stripe, outcome: str, status: str, code: str | None
) -> None:
    claim = await claim_with(company, "pm_card_authenticationRequired")
    payment = await claim.pay()
    await company.settle()
    before = await seen(claim, payment)
    assert before["status"] == "REQUIRES_ACTION"
    await post(before["nextActionUrl"], outcome=outcome)
    await company.settle()
    assert await seen(claim, payment) == {"status": status, "nextActionUrl": None, "failureCode": code}


async def test_a_lost_answer_is_known_from_the_message_and_nothing_is_charged_twice(company: Stripe) -> None:
    claim = await claim_with(company, "pm_card_visa")
    company.faults.script(Fault.NO_ANSWER_AFTER, path="/v1/payment_intents")
    payment = await claim.pay()
    await company.settle()
    assert (await seen(claim, payment))["status"] == "SUCCEEDED"
    assert balance_of(company.stripe) == {"eur": (await balances(company.world))["provider_cash"]}
    assert company.stripe.effects["charge.succeeded"] == 1


async def test_money_that_a_bank_sends_back_is_in_the_wallet_again(company: Stripe) -> None:
    claim = await claim_with(company, "pm_card_visa")
    await claim.pay()
    await company.settle()
    before = await figures(claim.issuer)
    token = await company.onboard(claim.issuer)
    await claim.issuer.do(
        "addPayoutMethod", "method { id }", provider="STRIPE", token=token, currency="EUR", makeDefault=True
    )
    payout = await request_payout(claim.issuer, 50_000)
    await company.settle()
    assert await states_of_payouts(company.world) == ["IN_TRANSIT"]
    stripe_payouts.fail(company.stripe, company.stripe.all("payout", token)[0], "account_closed")
    await company.settle()
    query = "query($id: ID!) { payout(id: $id) { status failureCode } }"
    shown = (await claim.issuer.ask(query, id=payout["id"]))["payout"]
    assert shown == {"status": "FAILED", "failureCode": "ACCOUNT_CLOSED"}
    assert await figures(claim.issuer) == before
    assert (balance_of(company.stripe), balance_of(company.stripe, token)) == ({"eur": 100_000 - 2_930}, {"eur": 0})
