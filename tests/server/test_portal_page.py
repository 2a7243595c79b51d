"""The billing portal: a link that shows an organization once what it is billed for."""

from datetime import datetime, timedelta
from typing import Any

from tests.makers.subscriptions import Subscribed, make_plan, subscribe
from tests.server.test_checkout_page import path_of
from tests.world import World


async def test_the_link_shows_subscriptions_methods_and_invoices_once(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, name="Team & friends"))
    link = path_of((await asked(subscribed))["url"])

    first, second = await world.client.http.get(link), await world.client.http.get(link)

    assert first.status_code == 200
    for shown in ("Team &amp; friends: active, renews on", "charged by itself", "INV-", "20.00 EUR, PAID"):
        assert shown in first.text
    assert 'href="http://localhost/account"' in first.text
    assert first.headers["cache-control"] == "no-store"
    assert "Not here any more" in second.text
    assert "Team" not in second.text


async def test_the_link_lives_five_minutes(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    portal = await asked(subscribed)
    ends_in = datetime.fromisoformat(portal["expiresAt"]) - world.clock.now()
    assert timedelta(minutes=4, seconds=50) < ends_in <= timedelta(minutes=5)

    world.clock.advance(timedelta(minutes=5))

    assert "Not here any more" in (await world.client.http.get(path_of(portal["url"]))).text


async def test_there_is_no_portal_where_nothing_is_subscribed_to(world: World) -> None:
    buyer = await world.client_side()
    assert (await buyer.refused("createPortalSession", returnUrl="http://localhost/account"))["code"] == "NOT_FOUND"


async def test_the_portal_leads_back_to_nobody_else(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    refused = await subscribed.buyer.refused("createPortalSession", returnUrl="https://elsewhere.example/")
    assert (refused["code"], refused["path"]) == ("INVALID", ["returnUrl"])


async def asked(subscribed: Subscribed) -> dict[str, Any]:
    return await subscribed.buyer.do("createPortalSession", "url expiresAt", returnUrl="http://localhost/account")
