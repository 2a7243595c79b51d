"""What is owed in credits that were paid for, by month, beside the same thought through once more in Python."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from domain.permissions import StaffRole
from tests.client import Faulted
from tests.makers.credit_lives import CURRENCY, Lives
from tests.world import World

SEED = int(os.environ.get("MILEPOST_SEED", "1"))
DAYS = 160
FIGURES = ("opening", "sold", "used", "givenBack", "breakage", "clawedBack", "closing")
_SHOWN = " ".join(f"{name} {{ amountMinor }}" for name in FIGURES)
LIABILITY = f"""query ($from: Date!, $to: Date!, $currency: Currency = "USD") {{
  creditLiability(from: $from, to: $to, currency: $currency) {{ beginsOn {_SHOWN} }} }}"""
PARTS = text("""SELECT l.id, l.cost_minor, l.quantity, t.type, c.direction, c.quantity AS credits,
    CASE WHEN t.type = 'HOLD' THEN t.updated_at ELSE t.created_at END AS at, t.id AS movement
FROM credit_consumptions c JOIN credit_lots l ON l.id = c.lot_id JOIN credit_transactions t ON t.id = c.transaction_id
WHERE l.currency IS NOT NULL AND t.status = 'POSTED'""")
EARNED = text("""SELECT to_char(p.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-01') AS month, sum(-e.amount_minor)::bigint
FROM ledger_transfers p JOIN ledger_entries e ON e.transfer_id = p.id JOIN ledger_accounts a ON a.id = e.account_id
WHERE p.kind = 'P21' AND a.code = 'platform_revenue' GROUP BY 1""")
NAMES = {
    "PURCHASE": "sold",
    "GRANT": "sold",
    "SPEND": "used",
    "HOLD": "used",
    "ADJUST": "used",
    "REFUND": "givenBack",
    "EXPIRE": "breakage",
    "CLAWBACK": "clawedBack",
}
TAKES = ("used", "breakage", "clawedBack")


async def test_liability_and_breakage_equal_an_independent_recomputation_of_months_of_movements(world: World) -> None:
    staff, begun = await world.staff(StaffRole.FINANCE), world.clock.now()
    owners = [(await world.client_side()).organization_id, (await world.freelancer_side()).organization_id]
    lives = Lives(world, owners, Random(SEED))
    await lives.live(DAYS)
    async with world.database.reader() as session:
        parts = (await session.execute(PARTS)).all()
        earned = {month: int(minor) for month, minor in await session.execute(EARNED)}

    span = {"from": begun.date().isoformat(), "to": world.clock.now().date().isoformat()}
    months = [_plain(month) for month in (await staff.ask(LIABILITY, **span))["creditLiability"]]

    assert months == _recomputed(parts, [month["beginsOn"] for month in months])
    assert {name: any(month[name] for month in months) for name in FIGURES} == dict.fromkeys(FIGURES, True)
    revenue = {month["beginsOn"]: month["used"] - month["givenBack"] + month["breakage"] for month in months}
    assert {month: minor for month, minor in revenue.items() if minor} == earned
    overview = "{ creditOverview { liability { amountMinor currency } } }"
    [owed] = (await staff.ask(overview))["creditOverview"]["liability"]
    assert owed == {"amountMinor": str(months[-1]["closing"]), "currency": CURRENCY}
    span |= {"from": months[1]["beginsOn"], "to": (world.clock.now() + timedelta(days=400)).date().isoformat()}
    later = (await staff.ask(LIABILITY, **span))["creditLiability"]
    assert [_plain(month) for month in later] == months[1:]
    print(f"seed {SEED}: {len(parts)} movements of lots, {months[-1]['closing']} owed at the end, {sorted(lives.done)}")


async def test_nothing_was_paid_in_a_currency_that_nobody_has_paid_in(world: World) -> None:
    staff, today = await world.staff(StaffRole.FINANCE), world.clock.now().date()
    span = {"from": today.isoformat(), "to": today.isoformat(), "currency": "JPY"}
    [month] = (await staff.ask(LIABILITY, **span))["creditLiability"]
    assert _plain(month) == {"beginsOn": today.replace(day=1).isoformat()} | dict.fromkeys(FIGURES, 0)


async def test_only_staff_who_look_after_credits_see_what_is_owed(world: World) -> None:
    client = await world.client_side()
    with pytest.raises(Faulted, match="FORBIDDEN"):
        await client.ask(LIABILITY, **{"from": "2026-01-01", "to": "2026-01-31"})


def _plain(month: dict[str, Any]) -> dict[str, Any]:
    return {"beginsOn": month["beginsOn"]} | {name: int(month[name]["amountMinor"]) for name in FIGURES}


def _recomputed(parts: Iterable[Any], months: list[str]) -> list[dict[str, Any]]:
    """By going along the history of each lot, movement by movement."""
    changes: dict[str, Counter[str]] = defaultdict(Counter)
    histories: dict[Any, list[Any]] = defaultdict(list)
    for part in parts:
        histories[part.id].append(part)
    for history in histories.values():
        inside, owed = 0, Decimal(0)
        for part in sorted(history, key=lambda part: (part.at, part.movement)):
            inside += part.credits if part.direction == "IN" else -part.credits
            left = Decimal(part.cost_minor) * (part.quantity - inside) / part.quantity
            now = part.cost_minor - left.quantize(Decimal(1), ROUND_HALF_UP)
            changes[_month_of(part.at)][part.type] += int(now - owed)
            owed = now
    found, opening = [], 0
    for month in months:
        figures = Counter[str]()
        for type_, minor in changes[month].items():
            name = NAMES.get(type_, "along")
            figures[name] += -minor if name in TAKES else minor
        assert figures["along"] == 0, "what is sent or carried over takes its cost along"
        closing = opening + changes[month].total()
        found.append({"beginsOn": month, "opening": opening, **{name: figures[name] for name in FIGURES[1:-1]}})
        found[-1]["closing"] = opening = closing
    return found


def _month_of(at: datetime) -> str:
    return at.date().replace(day=1).isoformat()
