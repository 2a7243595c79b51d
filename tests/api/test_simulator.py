"""The simulator through the API: staff say how mean it is, and people rehearse what happens to their own payments."""

from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import StaffRole
from tests.client import Client, Faulted
from tests.makers.chargebacks import CHARGEBACK
from tests.makers.payments import Claim, make_claim, unsound
from tests.makers.payouts import earner, request_payout
from tests.makers.simulator import kept
from tests.world import World

AT_FIRST = {
    "seed": "milepost",
    "declineBps": 0,
    "timeoutBeforeBps": 0,
    "timeoutAfterBps": 0,
    "asyncFailureBps": 0,
    "latePayoutBps": 0,
    "duplicateBps": 0,
    "reorderBps": 0,
    "dropBps": 0,
    "forgeBps": 0,
    "delaySeconds": 0,
    "feeBps": 0,
    "feeFlatMinor": 0,
}
SETTINGS = " ".join(AT_FIRST)


async def paid(world: World, token: str = "sim_ok") -> tuple[Claim, str]:
    """A claim whose payment has succeeded, and that payment."""
    claim = await make_claim(world, token=token)
    payment = await claim.pay()
    await world.settle()
    return claim, payment


async def shown(claim: Claim) -> list[dict[str, Any]]:
    return list((await claim.issuer.ask(f"{{ chargebacks {{ nodes {{ {CHARGEBACK} }} }} }}"))["chargebacks"]["nodes"])


async def test_at_first_nothing_goes_wrong_by_chance(world: World) -> None:
    staff = await world.staff()
    assert (await staff.ask(f"{{ simulatorSettings {{ {SETTINGS} }} }}"))["simulatorSettings"] == AT_FIRST


async def test_staff_set_what_they_name_and_may_begin_anew(world: World) -> None:
    staff = await world.staff()
    select = f"settings {{ {SETTINGS} }}"
    given = {"seed": "spring", "declineBps": 10_000, "feeFlatMinor": 30}
    assert (await staff.do("configureSimulator", select, **given))["settings"] == AT_FIRST | given
    assert (await staff.do("configureSimulator", select, feeBps=290))["settings"] == AT_FIRST | given | {"feeBps": 290}
    claim = await make_claim(world, token="sim_ok")
    await claim.pay()
    await world.settle()
    assert await claim.payments() == ["FAILED"]
    anew = await staff.do("configureSimulator", select, startsAnew=True, dropBps=5)
    assert anew["settings"] == AT_FIRST | {"dropBps": 5}


async def test_what_is_out_of_bounds_is_named_all_at_once(world: World) -> None:
    staff = await world.staff()
    refusal = await staff.refused("configureSimulator", declineBps=10_001, delaySeconds=-1, seed="")
    assert sorted(problem["path"] for problem in refusal["problems"]) == [["declineBps"], ["delaySeconds"], ["seed"]]
    assert (await staff.ask(f"{{ simulatorSettings {{ {SETTINGS} }} }}"))["simulatorSettings"] == AT_FIRST


async def test_only_staff_of_operations_see_or_set_it(world: World) -> None:
    for person in (await world.client_side(), await world.staff(StaffRole.SUPPORT)):
        assert (await person.refused("configureSimulator", declineBps=1))["code"] == "FORBIDDEN"
        with pytest.raises(Faulted, match="FORBIDDEN"):
            await person.ask("{ simulatorSettings { seed } }")


async def test_production_has_no_simulator_to_play_with(world: World) -> None:
    claim, payment = await paid(world)
    staff = await world.staff()
    inputs: dict[str, tuple[str, dict[str, Any]]] = {
        "configureSimulator": (staff.token, {"declineBps": 1}),
        "simulatePaymentAction": (claim.payer.token, {"paymentId": payment, "act": "SUCCEED"}),
        "simulateChargeback": (claim.payer.token, {"paymentId": payment}),
        "simulateWebhook": (claim.payer.token, {"paymentId": payment, "trick": "AGAIN"}),
        "simulateDifference": (staff.token, {"paymentId": payment, "difference": "MISSING"}),
    }
    async with Client.serving(world.database, world.clock, is_sandbox=False) as production:
        for name, (token, input_) in inputs.items():
            type_ = f"{name[0].upper()}{name[1:]}Input"
            document = f"mutation($input: {type_}!) {{ {name}(input: $input) {{ ... on Refusal {{ code }} }} }}"
            assert (await production.ask(document, token, input=input_))[name] == {"code": "FORBIDDEN"}
        assert (await production.http.get("/simulator/pay/sim_1")).status_code == 404


async def test_a_chargeback_takes_a_part_of_a_payment_and_is_decided_by_whoever_plays_the_bank(world: World) -> None:
    claim, payment = await paid(world)
    amount = {"amountMinor": "40000", "currency": "EUR"}
    made = await claim.payer.do(
        "simulateChargeback", "externalId payment { id }", paymentId=payment, amount=amount, reason="not received"
    )
    world.clock.advance(timedelta(minutes=10))
    await world.settle()
    [chargeback] = await shown(claim)
    assert (chargeback["externalId"], chargeback["status"]) == (made["externalId"], "NEEDS_RESPONSE")
    assert (chargeback["amount"]["amountMinor"], chargeback["reason"]) == ("40000", "NOT RECEIVED")
    assert await kept(world) == 60_000
    await claim.issuer.do(
        "decideSimulatedChargeback", "chargeback { id }", chargebackId=chargeback["id"], decision="WON"
    )
    world.clock.advance(timedelta(minutes=10))
    await world.settle()
    assert ([one["status"] for one in await shown(claim)], await kept(world)) == (["WON"], 100_000)
    refusal = await claim.issuer.refused("decideSimulatedChargeback", chargebackId=chargeback["id"], decision="LOST")
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "WON")


async def test_no_more_is_charged_back_than_was_taken_and_nothing_of_what_was_not(world: World) -> None:
    claim, payment = await paid(world)
    too_much = {"amountMinor": "100001", "currency": "EUR"}
    refusal = await claim.payer.refused("simulateChargeback", paymentId=payment, amount=too_much)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["amount"])
    declined, failed = await paid(world, "sim_decline")
    assert (await declined.payer.refused("simulateChargeback", paymentId=failed))["code"] == "WRONG_STATE"


async def test_others_payments_are_out_of_reach(world: World) -> None:
    _, payment = await paid(world)
    stranger = await world.client_side("Acme")
    for name, input_ in (
        ("simulatePaymentAction", {"act": "FAIL"}),
        ("simulateChargeback", {}),
        ("simulateWebhook", {"trick": "AGAIN"}),
    ):
        assert (await stranger.refused(name, paymentId=payment, **input_))["code"] == "NOT_FOUND"


async def test_nothing_is_asked_of_a_payer_whose_payment_is_done(world: World) -> None:
    claim, payment = await paid(world)
    refusal = await claim.payer.refused("simulatePaymentAction", paymentId=payment, act="SUCCEED")
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "SUCCEEDED")


async def test_a_payout_comes_back_once(world: World) -> None:
    freelancer = await earner(world, 50_000)
    payout = await request_payout(freelancer, 20_000)
    await world.settle()
    await freelancer.do("simulatePayoutReturn", "payout { id }", payoutId=payout["id"])
    refusal = await freelancer.refused("simulatePayoutReturn", payoutId=payout["id"])
    assert refusal["code"] == "WRONG_STATE"
    world.clock.advance(timedelta(days=1))
    await world.settle()
    found = await freelancer.ask("{ payouts { nodes { status failureCode } } }")
    assert found["payouts"]["nodes"] == [{"status": "REVERSED", "failureCode": "ACCOUNT_CLOSED"}]


async def test_a_payment_that_the_payer_has_to_confirm_goes_on_once_they_have(world: World) -> None:
    claim, payment = await paid(world, "sim_action")
    shown = await claim.payer.ask("query($id: ID!) { payment(id: $id) { status nextActionUrl } }", id=payment)
    assert shown["payment"]["status"] == "REQUIRES_ACTION"
    assert "/simulator/pay/sim_" in shown["payment"]["nextActionUrl"]
    await claim.payer.do("simulatePaymentAction", "payment { id }", paymentId=payment, act="SUCCEED")
    await world.settle()
    assert (await claim.payments(), await kept(world)) == (["SUCCEEDED"], 100_000)


@pytest.mark.parametrize("token", ["sim_webhook_twice", "sim_webhook_late", "sim_webhook_lost", "sim_async_success"])
async def test_what_is_told_twice_late_or_never_is_booked_once(world: World, token: str) -> None:
    claim, _ = await paid(world, token)
    world.clock.advance(timedelta(minutes=11))
    await world.settle()
    assert (await claim.payments(), await kept(world)) == (["SUCCEEDED"], 100_000)
    world.clock.advance(timedelta(hours=2))
    await world.settle()
    assert (await claim.payments(), await unsound(world)) == (["SUCCEEDED"], [])
    assert await claim.events("invoice") == ["paid"]


async def test_a_charge_that_changes_its_mind_has_failed_in_the_end(world: World) -> None:
    claim, _ = await paid(world, "sim_async_failure")
    assert await claim.payments() == ["PROCESSING"]
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert (await claim.payment()).failure_code == "PROVIDER_REFUSED"
    assert (await claim.payments(), await kept(world)) == (["FAILED"], 0)


async def test_webhooks_that_are_sent_again_or_forged_change_nothing(world: World) -> None:
    claim, payment = await paid(world)
    for trick in ("AGAIN", "FORGED"):
        await claim.payer.do("simulateWebhook", "payment { id }", paymentId=payment, trick=trick)
        await world.settle()
    staff = await world.staff()
    told = await staff.ask("{ inboundWebhooks { nodes { type status } } }")
    assert told["inboundWebhooks"]["nodes"] == [{"type": "charge.succeeded", "status": "PROCESSED"}]
    assert (await claim.payments(), await kept(world)) == (["SUCCEEDED"], 100_000)
