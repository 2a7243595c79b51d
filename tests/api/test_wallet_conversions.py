"""Converting a wallet through the API."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

from domain.permissions import Role
from tests.makers.colleagues import colleague
from tests.makers.payouts import earner, figures, wrong_books
from tests.makers.rates import make_rate
from tests.makers.traces import events
from tests.world import Person, World

QUOTE = """conversion { id status given { amountMinor currency } received { amountMinor currency } rate rateSource
  rateAt expiresAt }"""


def amount(amount_minor: int, currency: str = "EUR") -> dict[str, str]:
    return {"amountMinor": str(amount_minor), "currency": currency}


async def quote(person: Person, amount_minor: int, to: str = "USD") -> dict[str, Any]:
    given = await person.do("quoteConversion", QUOTE, amount=amount(amount_minor), to=to)
    return dict(given["conversion"])


async def convert(person: Person, quoted: dict[str, Any], **more: Any) -> dict[str, Any]:
    input = {"quoteId": quoted["id"], "idempotencyKey": person.world.key()} | more
    return await person.attempt("convertWallet", f"replayed {QUOTE}", **input)


async def test_a_quote_is_kept_at_its_word_and_converts_the_wallet(world: World) -> None:
    freelancer = await earner(world, 50_000)
    await make_rate(world, "EUR", "USD", "1.0853")
    quoted = await quote(freelancer, 9_999)
    assert (quoted["status"], quoted["given"], quoted["received"]) == ("QUOTED", amount(9_999), amount(10_851, "USD"))
    assert (Decimal(quoted["rate"]), quoted["rateSource"]) == (Decimal("1.0853"), "test")
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}
    world.clock.advance(timedelta(seconds=1))
    await make_rate(world, "EUR", "USD", "0.5")
    done = (await convert(freelancer, quoted))["conversion"]
    assert (done["status"], done["received"]) == ("CONVERTED", amount(10_851, "USD"))
    assert await figures(freelancer) == {"available": 40_001, "earned": 50_000, "spent": 9_999}
    assert await figures(freelancer, "USD") == {"available": 10_851, "earned": 10_851}
    assert "wallet.converted" in await events(world, "wallet.")
    assert await wrong_books(world) == []


async def test_a_quote_is_used_once_and_for_a_minute(world: World) -> None:
    freelancer = await earner(world, 50_000)
    await make_rate(world, "EUR", "USD", "1.1")
    used, late = await quote(freelancer, 10_000), await quote(freelancer, 10_000)
    key = world.key()
    assert (await convert(freelancer, used, idempotencyKey=key))["replayed"] is False
    assert (await convert(freelancer, used, idempotencyKey=key))["replayed"] is True
    assert (await convert(freelancer, used))["from"] == "CONVERTED"
    world.clock.advance(timedelta(seconds=60))
    refusal = await convert(freelancer, late)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "EXPIRED", ["QUOTED"])
    assert await figures(freelancer) == {"available": 40_000, "earned": 50_000, "spent": 10_000}


async def test_without_a_fresh_rate_nothing_is_promised(world: World) -> None:
    freelancer = await earner(world, 50_000)
    input = {"amount": amount(10_000), "to": "USD"}
    assert (await freelancer.refused("quoteConversion", **input))["code"] == "PROVIDER_UNAVAILABLE"
    await make_rate(world, "EUR", "USD", "1.1")
    world.clock.advance(timedelta(hours=73))
    assert (await freelancer.refused("quoteConversion", **input))["code"] == "PROVIDER_UNAVAILABLE"


async def test_bad_amounts_and_currencies_are_refused(world: World) -> None:
    freelancer = await earner(world, 50_000)
    await make_rate(world, "EUR", "KWD", "0.0001")
    for given, to, path in (
        (amount(0), "USD", ["amount", "amountMinor"]),
        (amount(-1), "USD", ["amount", "amountMinor"]),
        (amount(100), "EUR", ["to"]),
        (amount(100), "XXX", ["to"]),
        (amount(1, "EUR"), "KWD", ["amount", "amountMinor"]),
    ):
        refusal = await freelancer.refused("quoteConversion", amount=given, to=to)
        assert (refusal["code"], refusal["path"]) == ("INVALID", path)


async def test_more_than_the_wallet_has_is_not_converted(world: World) -> None:
    freelancer = await earner(world, 5_000)
    await make_rate(world, "EUR", "USD", "1.1")
    refusal = await convert(freelancer, await quote(freelancer, 5_001))
    assert (refusal["code"], refusal["message"]) == (
        "INSUFFICIENT_FUNDS",
        "This needs 50.01 EUR; the wallet has 50.00 EUR.",
    )


async def test_conversions_at_once_never_take_more_than_there_is(world: World) -> None:
    freelancer = await earner(world, 10_000)
    await make_rate(world, "EUR", "USD", "2")
    quotes = [await quote(freelancer, 3_000) for _ in range(8)]
    outcomes = await asyncio.gather(*(convert(freelancer, one) for one in quotes))
    assert sorted(one.get("code", "done") for one in outcomes) == ["INSUFFICIENT_FUNDS"] * 5 + ["done"] * 3
    assert await figures(freelancer) == {"available": 1_000, "earned": 10_000, "spent": 9_000}
    assert await figures(freelancer, "USD") == {"available": 18_000, "earned": 18_000}
    assert await wrong_books(world) == []


async def test_somebody_elses_quote_is_not_there(world: World) -> None:
    freelancer, other = await earner(world, 5_000), await earner(world, 5_000)
    await make_rate(world, "EUR", "USD", "1.1")
    quoted = await quote(freelancer, 1_000)
    assert (await convert(other, quoted))["code"] == "NOT_FOUND"
    member = await colleague(world, freelancer, Role.MEMBER)
    assert (await convert(member, quoted))["code"] == "FORBIDDEN"
