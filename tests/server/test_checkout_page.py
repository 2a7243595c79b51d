"""Our page of a checkout: it leads the buyer to the provider, and from there to where they came from."""

from datetime import timedelta
from urllib.parse import urlsplit

from domain.payments import PaymentState
from domain.purchases import PurchaseStatus
from integrations.return_pages import back_at_checkout, checkout_page_of
from tests.makers.sales import Bought, buy, make_product
from tests.world import World

FORM, A_WHILE = {"content-type": "application/x-www-form-urlencoded"}, timedelta(minutes=1)


async def test_the_page_leads_to_the_provider_and_from_there_to_where_the_buyer_came_from(world: World) -> None:
    checkout = await buy(world, await make_product(world), token=None)
    page = path_of((await checkout.session()).url)
    waiting = await world.client.http.get(page)
    assert (waiting.status_code, "<h1>One moment</h1>" in waiting.text) == (200, True)
    assert "http-equiv" in waiting.text

    await world.settle()
    onwards = await world.client.http.get(page)
    assert onwards.status_code == 303
    paying = path_of(onwards.headers["location"])
    back = await world.client.http.post(paying, content="outcome=succeed", headers=FORM)
    assert back.headers["location"] == back_at_checkout(checkout.sale_id)

    world.clock.advance(A_WHILE)
    there = await world.client.http.get(path_of(back.headers["location"]))
    assert (there.status_code, there.headers["location"]) == (303, "http://localhost/bought")
    assert (await checkout.purchase()).status is PurchaseStatus.SUCCEEDED


async def test_whoever_comes_back_without_paying_may_pay_again(world: World) -> None:
    checkout = await at_the_provider(world)

    for outcome, title in (("leave", "Not confirmed"), ("fail", "Not paid")):
        await world.client.http.post(await paying(checkout), content=f"outcome={outcome}", headers=FORM)
        world.clock.advance(A_WHILE)
        shown = await world.client.http.get(path_of(back_at_checkout(checkout.sale_id)))
        assert (shown.status_code, f"<h1>{title}</h1>" in shown.text) == (200, True)
        assert "<button>Pay</button>" in shown.text
        assert 'href="http://localhost/shop"' in shown.text

    page = path_of(checkout_page_of(checkout.sale_id))
    again = await world.client.http.post(page, headers=FORM)
    assert (again.status_code, path_of(again.headers["location"])) == (303, page)
    await world.settle()
    assert (await checkout.payment()).status is PaymentState.REQUIRES_ACTION
    await world.client.http.post(await paying(checkout), content="outcome=succeed", headers=FORM)
    world.clock.advance(A_WHILE)
    there = await world.client.http.get(path_of(back_at_checkout(checkout.sale_id)))
    assert there.headers["location"] == "http://localhost/bought"


async def test_a_second_payment_is_never_started_beside_one_that_may_succeed(world: World) -> None:
    checkout = await at_the_provider(world)
    first = await checkout.payment()

    for _ in range(2):
        await world.client.http.post(path_of(checkout_page_of(checkout.sale_id)), headers=FORM)

    assert (await checkout.payment()).id == first.id


async def test_without_the_proof_there_is_no_page_and_nothing_is_paid(world: World) -> None:
    checkout = await at_the_provider(world)
    bare = f"/checkout/{checkout.sale_id.hex}"
    other = path_of(checkout_page_of(checkout.purchase_id)).partition("?")[2]
    for wrong in (bare, f"{bare}?proof=x", f"{bare}?{other}", f"/checkout/none?{other}"):
        assert (await world.client.http.get(wrong)).status_code == 404
        assert (await world.client.http.post(wrong, headers=FORM)).status_code == 404


async def at_the_provider(world: World) -> Bought:
    """A checkout whose buyer has the provider's page open."""
    checkout = await buy(world, await make_product(world), token=None)
    await world.settle()
    return checkout


async def paying(checkout: Bought) -> str:
    url = (await checkout.payment()).next_action_url
    assert url is not None
    return path_of(url)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
