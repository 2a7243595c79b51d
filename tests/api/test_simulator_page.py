"""The simulator's own page: the payer confirms, fails or leaves, and comes back to where they came from."""

import pytest

from integrations.payments import ActionRequired, Charged, Declined
from tests.providers.simulated import Desk, desk, name
from tests.world import World

PAGE = f"/simulator/pay/{name(1)}"
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def asked(world: World, token: str | None = "sim_action") -> Desk:
    one = desk(world)
    one.at = world.clock.now()
    assert isinstance(await one.charge(1, token), ActionRequired)
    return one


async def test_the_page_says_what_is_paid_and_keeps_to_itself(world: World) -> None:
    await asked(world)
    page = await world.client.http.get(PAGE)
    assert page.status_code == 200
    for shown in ('<html lang="en">', "<h1>Simulated payment</h1>", "Invoice 7", "100.00 EUR", "3-D Secure"):
        assert shown in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://shop.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("outcome", "found"), [("succeed", Charged), ("fail", Declined), ("leave", ActionRequired)])
async def test_the_payer_confirms_fails_or_leaves_and_comes_back(world: World, outcome: str, found: type) -> None:
    one = await asked(world)
    answer = await world.client.http.post(PAGE, content=f"outcome={outcome}", headers=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "https://shop.example/done")
    assert isinstance(await one.find(1), found)


async def test_what_was_confirmed_once_is_not_asked_again(world: World) -> None:
    one = await asked(world, None)
    for outcome in ("succeed", "fail", "succeed"):
        await world.client.http.post(PAGE, content=f"outcome={outcome}", headers=FORM)
    page = await world.client.http.get(PAGE)
    assert "The payment is done." in page.text
    assert "<form" not in page.text
    one.wait(minutes=1)
    assert await one.kept() == 10_000


@pytest.mark.parametrize("body", ["", "outcome=steal", "x=" + "y" * 2_000])
async def test_whatever_else_is_sent_changes_nothing(world: World, body: str) -> None:
    one = await asked(world)
    answer = await world.client.http.post(PAGE, content=body, headers=FORM)
    assert (answer.status_code, "<form" in answer.text) == (200, True)
    assert isinstance(await one.find(1), ActionRequired)


async def test_an_unknown_payment_has_no_page(world: World) -> None:
    assert (await world.client.http.get("/simulator/pay/sim_nobody")).status_code == 404
