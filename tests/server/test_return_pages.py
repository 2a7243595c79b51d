"""Where payers come back to: a page that shows how far the payment is, to whoever holds the proof in its address."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from domain.money import Money
from integrations.payments import ActionRequired, Asked, Charge, Charged, Finding, UnderWay
from integrations.return_pages import page_of
from jobs.payments import send_created
from tests.makers.payments import Claim, make_claim
from tests.makers.providers import Says, put_in_place, simulator
from tests.world import World

ACT = ActionRequired(provider_id="said_1", url="https://bank.example/3ds")
WORKS = UnderWay(provider_id="said_1")
TAKEN = Charged(provider_id="said_1", amount=Money(100_000, "EUR"))


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Says:
    says = Says(simulator(world), finding=ACT)
    put_in_place(monkeypatch, says)
    return says


async def started(world: World) -> tuple[Claim, str]:
    """An invoice whose payer is at the bank, and the path to which they come back."""
    claim = await make_claim(world, token="sim_ok")
    await claim.pay()
    await send_created(world.database, world.clock.now())
    parts = urlsplit(page_of((await claim.payment()).id))
    return claim, f"{parts.path}?{parts.query}"


async def test_the_provider_sends_the_payer_back_to_our_own_page_unless_told_otherwise(
    world: World, company: Says
) -> None:
    claim, _ = await started(world)
    [charge] = company.asked
    assert isinstance(charge, Charge)
    assert charge.return_url == page_of((await claim.payment()).id)


@pytest.mark.parametrize(
    ("finding", "title", "is_open"),
    [
        (TAKEN, "Paid", False),
        (ACT, "Not confirmed yet", False),
        (UnderWay(provider_id="said_1"), "Being checked", True),
    ],
)
async def test_the_page_asks_the_provider_and_says_how_far_it_is(
    world: World, company: Says, finding: Finding, title: str, is_open: bool
) -> None:
    _, path = await started(world)
    company.finding = finding
    world.clock.advance(timedelta(minutes=1))
    answer = await world.client.http.get(f"{path}&redirectResult=abc")
    assert (answer.status_code, f"<h1>{title}</h1>" in answer.text, "1000.00 EUR" in answer.text) == (200, True, True)
    assert ("http-equiv" in answer.text) is is_open
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    [asked] = company.asked[1:]
    assert isinstance(asked, Asked)
    assert asked.returned == {"redirectResult": "abc"}


async def test_to_load_the_page_again_and_again_asks_the_provider_once(world: World, company: Says) -> None:
    _, path = await started(world)
    world.clock.advance(timedelta(minutes=1))
    for _ in range(3):
        assert (await world.client.http.get(path)).status_code == 200
    assert len(company.asked) == 2


async def test_without_the_proof_there_is_no_page(world: World, company: Says) -> None:
    claim, path = await started(world)
    bare = path.partition("?")[0]
    other = page_of(claim.invoice_id).partition("?")[2]
    for wrong in (bare, f"{bare}?proof=", f"{bare}?proof=x%C3%A4", f"{bare}?{other}", "/pay/return/none?proof=x"):
        assert (await world.client.http.get(wrong)).status_code == 404
    nobody = urlsplit(page_of(claim.invoice_id))
    assert (await world.client.http.get(f"{nobody.path}?{nobody.query}")).status_code == 404
    assert len(company.asked) == 1
