"""The toy schema over a real PostgreSQL, and how tests ask it."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from planner.planning import Answer, Planner
from planner.running import Outcomes
from tests.planner.toy import Asking, Reader

ADA, BOB, EVE = UUID(int=1), UUID(int=2), UUID(int=3)


@dataclass(slots=True)
class Library:
    """Two authors with three and one books; Eve owns those at the positions 1 and 3."""

    driver: Any
    planner: Planner

    async def answer(self, query: str, viewer: Reader, **variables: Any) -> Answer | None:
        plan = self.planner.admit(query)
        return await self.planner.answer(plan, variables, viewer, self.fetch, no_session)

    async def data(self, query: str, viewer: Reader | None = None, **variables: Any) -> Any:
        found = await self.answer(query, viewer or Reader(EVE, is_editor=True), **variables)
        assert found is not None, self.planner.fallbacks
        return json.loads(found.body)

    async def change(self, query: str, asking: Asking, outcomes: Outcomes | None) -> Answer | None:
        plan = self.planner.admit(query)
        return await self.planner.answer(plan, {}, asking, self.fetch, no_session, outcomes=outcomes)

    async def fetch(self, sql: str, values: list[Any]) -> Any:
        return await self.driver.fetch(sql, *values)


def no_session() -> Any:
    raise AssertionError("nothing here needs a session")
