"""Auto top-up: credits are bought by themselves once few are left, one purchase at a time, until it fails twice."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.payment_attempts import PaymentAttempt
from domain.payments import Payment
from domain.permissions import Role, StaffRole
from persistence.credit_top_ups import buy_if_due
from persistence.tables.money import payments
from persistence.unit import Unit, transact
from schema.ids import global_id
from tests.makers.colleagues import colleague
from tests.makers.credit_buyers import STARTER, Buyer, make_buyer
from tests.makers.credit_control import account_of, give_credits, spend_some
from tests.makers.identity import letters
from tests.makers.payment_methods import make_method
from tests.makers.staff import another_of_the_staff
from tests.world import World

ON = {"enabled": True, "threshold": 50, "packageId": STARTER, "currency": "USD"}


async def make_low(world: World, token: str | None = "sim_ok", **terms: Any) -> Buyer:
    """A buyer with 60 credits who lets more be bought below 50, with a card of this token."""
    buyer = await make_buyer(world)
    if token is not None:
        await make_method(buyer.person, token, "USD")
    await give_credits(world, buyer.person.organization_id, 60)
    await buyer.person.do("setAutoTopUp", "account { id }", **ON | terms)
    return buyer


async def use(world: World, buyer: Buyer, quantity: int) -> None:
    await spend_some(world, buyer.person.organization_id, quantity)
    await world.settle()


async def test_credits_are_bought_once_fewer_than_the_threshold_are_left(world: World) -> None:
    buyer = await make_low(world)
    await use(world, buyer, 10)
    assert await buyer.purchases() == []
    await use(world, buyer, 1)
    assert await buyer.purchases() == ["PAID"]
    account = await account_of(world, buyer.person.organization_id)
    assert (account.available, account.top_up_failures) == (249, 0)


async def test_an_organization_that_is_parked_buys_nothing_by_itself(world: World) -> None:
    buyer = await make_low(world)
    staff, named = (
        await another_of_the_staff(world, StaffRole.FINANCE),
        global_id("Organization", buyer.person.organization_id),
    )
    await staff.do("parkOrganization", "organization { id }", organizationId=named, reason="Books looked into")
    await use(world, buyer, 20)
    assert await buyer.purchases() == []


async def test_two_failures_in_a_row_switch_it_off_and_are_told(world: World) -> None:
    buyer = await make_low(world, "sim_decline")
    await use(world, buyer, 20)
    account = await account_of(world, buyer.person.organization_id)
    assert (account.top_up_failures, account.top_up_enabled) == (1, True)
    await use(world, buyer, 1)
    account = await account_of(world, buyer.person.organization_id)
    assert (account.top_up_failures, account.top_up_enabled) == (2, False)
    await use(world, buyer, 1)
    assert await buyer.purchases() == ["FAILED"] * 2
    subjects = [letter["Subject"] for letter in letters(world)]
    assert subjects.count("Credits could not be bought") == 2


async def test_without_a_payment_method_it_fails(world: World) -> None:
    buyer = await make_low(world, None)
    await use(world, buyer, 20)
    assert await buyer.purchases() == ["FAILED"]
    assert (await account_of(world, buyer.person.organization_id)).top_up_failures == 1


async def test_no_more_are_bought_in_a_month_than_allowed(world: World) -> None:
    buyer = await make_low(world, maxPerMonth=1)
    await use(world, buyer, 20)
    await use(world, buyer, 200)
    assert await buyer.purchases() == ["PAID"]
    world.clock.advance(timedelta(days=31))
    await use(world, buyer, 1)
    assert await buyer.purchases() == ["PAID"] * 2


async def test_a_bank_that_declines_because_nobody_confirms_is_a_failure_as_any_other(world: World) -> None:
    buyer = await make_low(world, "sim_action")
    await use(world, buyer, 20)
    account = await account_of(world, buyer.person.organization_id)
    assert (account.top_up_failures, await buyer.purchases()) == (1, ["FAILED"])


async def test_a_bank_that_waits_for_somebody_counts_as_a_failure_and_a_letter_has_the_page(world: World) -> None:
    buyer = await make_low(world)
    await spend_some(world, buyer.person.organization_id, 20)
    owner_id, page = buyer.person.organization_id, "https://bank.example/confirm"

    async def work(db: Unit) -> None:
        await buy_if_due(db, owner_id)
        payment = (await db.session.scalars(select(Payment).where(payments.c.payer_id == owner_id))).one()
        attempt = (await db.session.scalars(select(PaymentAttempt).filter_by(payment_id=payment.id))).one()
        payment.send(attempt, at=db.at)
        payment.require_action(attempt, "elsewhere", page, at=db.at)

    await transact(world.database, work, by=SYSTEM, at=world.clock.now())
    await world.settle()
    assert (await account_of(world, owner_id)).top_up_failures == 1
    [letter] = [one for one in letters(world) if one["Subject"] == "Confirm a payment for credits"]
    assert page in letter.get_content()


async def test_an_account_says_how_it_buys_by_itself(world: World) -> None:
    buyer = await make_low(world)
    shown = (
        "{ creditAccount { autoTopUp { enabled threshold quantity currency maxPerMonth failures package { id } } } }"
    )
    assert (await buyer.person.ask(shown))["creditAccount"]["autoTopUp"] == {
        "enabled": True,
        "threshold": "50",
        "quantity": None,
        "currency": "USD",
        "maxPerMonth": 3,
        "failures": 0,
        "package": {"id": STARTER},
    }


async def test_settings_are_those_of_who_manages_credits_and_name_what_is_sold(world: World) -> None:
    buyer = await make_low(world)
    member = await colleague(world, buyer.person, Role.MEMBER)
    assert (await member.refused("setAutoTopUp", **ON))["code"] == "FORBIDDEN"
    wrongs = ({"quantity": 10}, "quantity"), ({"currency": "EUR"}, "currency"), ({"threshold": 0}, "threshold")
    for wrong, path in wrongs:
        refusal = await buyer.person.refused("setAutoTopUp", **ON | wrong)
        assert (refusal["code"], refusal["path"]) == ("INVALID", [path])


async def test_a_low_balance_is_told_once_until_it_is_back(world: World) -> None:
    owner = await world.client_side()
    await give_credits(world, owner.organization_id, 100)
    set_ = await owner.do("setLowBalanceAlert", "account { lowBalanceThreshold }", threshold=50)
    assert set_["account"] == {"lowBalanceThreshold": "50"}
    for quantity in (60, 5, 5):
        await spend_some(world, owner.organization_id, quantity)
    await world.settle()
    assert [letter["Subject"] for letter in letters(world)] == ["Few credits are left"]
    await give_credits(world, owner.organization_id, 20)
    await spend_some(world, owner.organization_id, 1)
    await world.settle()
    assert [letter["Subject"] for letter in letters(world)] == ["Few credits are left"] * 2
