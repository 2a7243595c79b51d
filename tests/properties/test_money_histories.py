"""Money is funded, released, refunded, frozen, ruled, paid out, charged back and lost in any order; the books hold.

Thorough histories look for the traces of every refusal and repeat, and check all of the books after every step; swift
ones check the rules of money after every step and the books at the end, and are many times faster. `MILEPOST_HISTORIES`
and `MILEPOST_SWIFT_HISTORIES` say how many of each. Every run tries the same ones, so that it fails by what was changed
and not by luck; `MILEPOST_SEED=…` tries others, and makes one that fails as short as it can be.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.makers.emptiness import empty
from tests.makers.providers import Moody, put_in_place, simulator
from tests.properties import money_verbs
from tests.properties.money_rules import broken, broken_books, difference_to_provider, unexplained_wallets, unfinished
from tests.properties.money_sides import CURRENCIES, PARTS, Sides, make_sides
from tests.world import World

THOROUGH, SWIFT = "MILEPOST_HISTORIES", "MILEPOST_SWIFT_HISTORIES"
DEFAULTS = {THOROUGH: 3, SWIFT: 10}
STEPS = {THOROUGH: 25, SWIFT: 40}
POLICIES: tuple[dict[str, Any] | None, ...] = (
    *(None, None, {"delayHours": 24}, {"needsApproval": True}, {"needsCompliance": True}),
    {"delayHours": 1, "needsApproval": True, "needsCompliance": True},
)
BUDGETS = (100_000, 33_333, 500_000, 250_001, 7)
T = TypeVar("T")


class Money(RuleBasedStateMachine):
    """Every step tries one verb; a refusal changes nothing, and whatever is done, all rules hold."""

    world: ClassVar[World]
    provider: ClassVar[Moody]
    loop: ClassVar[asyncio.AbstractEventLoop]
    tried: ClassVar[Counter[tuple[str, str]]]
    lengths: ClassVar[list[int]]
    """The steps of each history."""
    is_swift: ClassVar[bool]
    sides: Sides | None = None

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=300)

    @initialize(
        budget_minor=st.sampled_from(BUDGETS),
        policy=st.sampled_from(POLICIES),
        card=st.sampled_from(money_verbs.CARDS),
        bank=st.sampled_from(money_verbs.BANKS),
        ahead=st.integers(0, 2),
    )
    def begin(self, ahead: int, **terms: Any) -> None:
        self.provider.mood = "well"
        self.wait_for(empty(self.world.database, self.world.clock))
        self.sides = self.wait_for(make_sides(self.world, self.provider, **terms, is_swift=self.is_swift))
        self.wait_for(money_verbs.begin(self.sides, ahead))
        self.lengths.append(0)

    @rule(verb=st.sampled_from(money_verbs.VERBS), pick=st.integers(0, 11), which=st.integers(0, PARTS - 1))
    def step(self, verb: money_verbs.Verb, pick: int, which: int) -> None:
        """One rule for all verbs, because they are to come equally often in every history."""
        assert self.sides is not None
        self.wait_for(verb(self.sides, pick, which))
        self.lengths[-1] += 1

    @invariant()
    def all_rules_hold(self) -> None:
        assert self.wait_for(broken(self.world)) == []
        if not self.is_swift:
            assert self.wait_for(broken_books(self.world)) == []

    def teardown(self) -> None:
        """Once every outcome is known, the provider's books say what ours do, and each wallet can be explained."""
        if self.sides is None:
            return
        self.wait_for(self._end(self.sides))
        self.tried.update(self.sides.tried)

    async def _end(self, sides: Sides) -> None:
        self.provider.mood = "well"
        for _ in range(4):
            await sides.time_passes(7)
            if not await unfinished(sides):
                break
        assert await unfinished(sides) == []
        assert await broken(self.world) == []
        assert await broken_books(self.world) == []
        assert [await difference_to_provider(sides, currency) for currency in CURRENCIES] == [0] * len(CURRENCIES)
        for person in (sides.client, sides.freelancer):
            assert await unexplained_wallets(person) == []


@pytest.mark.parametrize("how_many", [THOROUGH, SWIFT])
async def test_whatever_happens_to_money_the_books_hold(
    world: World, monkeypatch: pytest.MonkeyPatch, how_many: str
) -> None:
    Money.world, Money.loop, Money.tried, Money.lengths = world, asyncio.get_running_loop(), Counter(), []
    Money.provider, Money.is_swift = Moody(simulator(world)), how_many == SWIFT
    put_in_place(monkeypatch, Money.provider)
    number = int(os.environ.get("MILEPOST_SEED", "1"))
    print(f"{how_many}: MILEPOST_SEED={number}")
    how = settings(
        max_examples=int(os.environ.get(how_many, DEFAULTS[how_many])),
        stateful_step_count=STEPS[how_many],
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if "MILEPOST_SEED" in os.environ else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    try:
        await asyncio.to_thread(run_state_machine_as_test, seed(number)(Money), settings=how)
    finally:
        print(f"{len(Money.lengths)} histories, {sum(Money.lengths)} steps, {Money.tried.total()} mutations")
        for (mutation, outcome), times in sorted(Money.tried.items()):
            print(f"{times:6} {mutation} {outcome}")
