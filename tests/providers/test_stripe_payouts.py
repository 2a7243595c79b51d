"""Payees and payouts at Stripe: onboarding, both halves of a payout, and money that comes back whole."""

from uuid import UUID, uuid4

import pytest

from domain.money import Money
from domain.payout_methods import PayeeDetails, PayoutMethodKind
from integrations.payments import (
    CameBack,
    Declined,
    NoAnswer,
    NotFound,
    Onboarded,
    Onboarding,
    PaidOut,
    PayingOut,
    UnderWay,
    Unusable,
)
from standins.faults import Fault
from standins.stripe import payouts
from standins.stripe.money import balance_of
from tests.providers.stripe_setup import CLOSED_BANK, RETURN_URL, Setup, post

ORGANIZATION = UUID(int=7)


def paying(stripe: Setup, account: str, amount: int = 5000, currency: str = "EUR") -> PayingOut:
    return PayingOut(key=uuid4(), amount=Money(amount, currency), method_token=account, at=stripe.at)


async def test_a_payee_is_verified_once_they_have_answered_on_stripes_page(stripe: Setup) -> None:
    onboarding = Onboarding(
        organization_id=ORGANIZATION,
        name="Ada Works",
        account=None,
        country="DE",
        return_url=RETURN_URL,
        at=stripe.at,
    )
    onboarded = await stripe.stripe.onboard(onboarding)
    assert isinstance(onboarded, Onboarded)
    again = await stripe.stripe.onboard(onboarding)
    assert isinstance(again, Onboarded)
    assert again.account == onboarded.account == "acct_000001"
    before = await stripe.stripe.payee_details(stripe.adding(onboarded.account, ORGANIZATION))
    assert isinstance(before, Unusable)
    assert await post(onboarded.url, bank="000123456789") == RETURN_URL
    assert await stripe.stripe.payee_details(stripe.adding(onboarded.account, ORGANIZATION)) == PayeeDetails(
        token="acct_000001",
        kind=PayoutMethodKind.BANK_ACCOUNT,
        label="STRIPE TEST BANK",
        last4="6789",
        is_verified=True,
    )


async def test_stripe_pays_nothing_out_of_a_payees_account_by_itself(stripe: Setup) -> None:
    account = await stripe.payee()
    assert stripe.world.get("account", account)["settings"]["payouts"]["schedule"]["interval"] == "manual"


async def test_nobody_is_paid_out_to_the_account_of_another_organization(stripe: Setup) -> None:
    account = await stripe.payee(organization_id=ORGANIZATION)
    assert isinstance(await stripe.stripe.payee_details(stripe.adding(account, uuid4())), Unusable)
    assert isinstance(await stripe.stripe.payee_details(stripe.adding("acct_of_nobody")), Unusable)


async def test_a_payout_is_under_way_until_the_bank_has_it(stripe: Setup) -> None:
    account = await stripe.payee()
    await stripe.charged()
    asked = paying(stripe, account)
    under_way = UnderWay(provider_id="tr_000001")
    assert await stripe.stripe.pay_out(asked) == under_way == await stripe.stripe.pay_out(asked)
    assert await stripe.stripe.find_payout(stripe.asked(asked.key)) == under_way
    stripe.world.settle()
    paid = PaidOut(provider_id="tr_000001", amount=asked.amount)
    assert await stripe.stripe.find_payout(stripe.asked(asked.key, "tr_000001")) == paid
    assert stripe.world.effects["payout.created"] == stripe.world.effects["transfer.created"] == 1


async def test_what_the_bank_does_not_take_is_in_our_balance_again(stripe: Setup) -> None:
    account = await stripe.payee(CLOSED_BANK)
    await stripe.charged()
    before = balance_of(stripe.world)
    asked = paying(stripe, account)
    assert await stripe.stripe.pay_out(asked) == UnderWay(provider_id="tr_000001")
    stripe.world.settle()
    for _ in range(2):
        assert await stripe.stripe.find_payout(stripe.asked(asked.key)) == CameBack(code="ACCOUNT_CLOSED")
    assert (balance_of(stripe.world), balance_of(stripe.world, account)) == (before, {"eur": 0})


async def test_a_payout_that_had_arrived_may_come_back(stripe: Setup) -> None:
    account = await stripe.payee()
    await stripe.charged()
    asked = paying(stripe, account)
    await stripe.stripe.pay_out(asked)
    stripe.world.settle()
    payouts.fail(stripe.world, stripe.world.all("payout", account)[0], "no_account")
    assert await stripe.stripe.find_payout(stripe.asked(asked.key)) == CameBack(code="ACCOUNT_CLOSED")


async def test_what_we_do_not_have_is_not_paid_out(stripe: Setup) -> None:
    account = await stripe.payee()
    assert await stripe.stripe.pay_out(paying(stripe, account)) == Declined(code="PROVIDER_FUNDS_TOO_LOW")


@pytest.mark.parametrize("path", ["/v1/transfers", "/v1/payouts"])
@pytest.mark.parametrize("fault", list(Fault))
async def test_wherever_an_answer_is_lost_the_money_is_paid_or_here(stripe: Setup, path: str, fault: Fault) -> None:
    account = await stripe.payee()
    await stripe.charged()
    before, asked = balance_of(stripe.world)["eur"], paying(stripe, account)
    stripe.faults.script(fault, path=path)
    assert isinstance(await stripe.stripe.pay_out(asked), NoAnswer)
    found = await stripe.stripe.find_payout(stripe.asked(asked.key))
    happened = fault not in (Fault.NO_ANSWER_BEFORE, Fault.ERROR_BEFORE)
    if path == "/v1/payouts" and happened:
        assert (found, balance_of(stripe.world)["eur"]) == (UnderWay(provider_id="tr_000001"), before - 5000)
    elif path == "/v1/transfers" and not happened:
        assert (found, balance_of(stripe.world)["eur"]) == (NotFound(), before)
    else:
        assert found == Declined(code="PROVIDER_REFUSED", provider_id="tr_000001")
        assert balance_of(stripe.world)["eur"] == before


async def test_a_payout_that_stripe_refuses_leaves_nothing_on_the_payees_account(stripe: Setup) -> None:
    account = await stripe.payee()
    stripe.world.get("account", account)["external_accounts"]["data"].clear()
    await stripe.charged()
    before = balance_of(stripe.world)
    answer = await stripe.stripe.pay_out(paying(stripe, account))
    assert answer == Declined(code="PAYEE_NOT_READY", provider_id="tr_000001")
    assert balance_of(stripe.world) == before


async def test_forints_are_paid_out_whole_only(stripe: Setup) -> None:
    account = await stripe.payee()
    assert await stripe.stripe.pay_out(paying(stripe, account, 12345, "HUF")) == Declined(code="AMOUNT_NOT_SUPPORTED")
