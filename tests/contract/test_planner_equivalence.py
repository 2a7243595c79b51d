"""The planner answers as the ordinary executor does: the same bytes on the same data, for whoever asks whatever.

MILEPOST_EQUIVALENCE sets how many documents are tried, MILEPOST_SEED where they begin; both are printed.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis_graphql import nodes, queries
from sqlalchemy import select

from domain.actors import Actor
from resolvers.nodes import SOURCES
from schema.api import sdl
from schema.ids import PREFIXES
from tests.contract.both_executors import Both
from tests.contract.busy_platform import Busy, make_busy
from tests.contract.random_documents import Document, Known, Writer
from tests.contract.test_schemathesis import SCALARS
from tests.world import World

DOCUMENTS, SEED = int(os.environ.get("MILEPOST_EQUIVALENCE", "150")), int(os.environ.get("MILEPOST_SEED", "1"))
FROM_HYPOTHESIS = max(10, DOCUMENTS // 20)
VIEWERS = ("anonymous", "client", "freelancer", "staff")

_ID = re.compile(rb'"([a-z]{3}_[0-9a-f]{32})"')
_CURSOR = re.compile(rb'ursor":"([^"]+)"')


@dataclass(slots=True)
class Trial:
    """Documents tried so far, and what came of them."""

    both: Both
    known: Known
    visible: dict[str, set[bytes]]
    tally: Counter[str] = field(default_factory=Counter)

    async def check(self, document: Document, name: str, viewer: Actor) -> None:
        planned = await self.both.planned(document.text, document.variables, viewer)
        try:
            data, errors = await self.both.ordinary(document.text, document.variables, viewer)
        except asyncio.CancelledError:
            # An error of one field may cancel a batch that another one waits for: then there is nothing to compare.
            self.tally["ordinary executor cancelled"] += 1
            return
        if any(error.path is None for error in errors):
            # Refused by the limits before anything was executed: such a document is never handed to the planner.
            self.tally["too large"] += 1
            return
        said = (name, document.text, document.variables)
        if planned is None:
            self.tally["left to the executor, with errors" if errors else "left to the executor, without errors"] += 1
            return
        assert not errors, said
        assert planned.body == data, said
        self.tally["planned"] += 1
        self._visible_only(document, name, planned.body, said)
        self.known.cursors += [one.decode() for one in _CURSOR.findall(data)[:2] if len(self.known.cursors) < 400]

    def _visible_only(self, document: Document, name: str, body: bytes, said: object) -> None:
        """No object is named that the viewer may not see; only sources of transfers and samples name more."""
        if "sourceId" not in document.text and "samples" not in document.text:
            assert set(_ID.findall(body)) <= self.visible[name], said


@pytest.fixture
async def busy(world: World) -> Busy:
    return await make_busy(world)


async def test_random_documents_have_the_same_answer_from_both_executors(world: World, busy: Busy) -> None:
    async with Both.over(world) as both:
        trial = Trial(both, await _known(world), await _visible(world, busy))
        for document in _documents(trial.known):
            if both.is_valid(document.text):
                trial.tally["documents"] += 1
                for name in VIEWERS:
                    await trial.check(document, name, busy.viewers[name])
        print(f"seed {SEED}:", dict(trial.tally), both.planner.fallbacks.most_common())
        assert trial.tally["planned"] > trial.tally["documents"]
        assert trial.tally["left to the executor, without errors"] == 0


PAGES = """query($n: Int!) {
  gigs(first: $n) { totalCount nodes { id organization { name } history(first: $n) { nodes { at } }
    proposals(first: $n) { nodes { status freelancerOrganization { name } } } } }
  projects(first: $n) { nodes { progress milestones { tasks { submissions(first: $n) { nodes { note } } } } } }
}"""
LEVELS = 11
"""gigs, their count, organization, history, proposals, freelancerOrganization; projects, progress, milestones, tasks,
submissions."""


@pytest.mark.parametrize("name", ["client", "freelancer"])
async def test_statements_are_counted_by_levels_not_by_rows(world: World, busy: Busy, name: str) -> None:
    async with Both.over(world) as both:
        counts = []
        for size in (1, 20, 100):
            planned = await both.planned(PAGES, {"n": size}, busy.viewers[name], explain=True)
            assert planned is not None, both.planner.fallbacks
            counts.append(planned.statements)
        assert max(counts) <= LEVELS


def _documents(known: Known) -> Iterator[Document]:
    """Ours, which know ids and cursors, and some of hypothesis-graphql, which knows only the schema."""
    for number in range(DOCUMENTS):
        yield Writer(Random(SEED * 1_000_003 + number), known).document()
    for text in _from_hypothesis():
        yield Document(text, {})


def _from_hypothesis() -> list[str]:
    made: list[str] = []
    scalars = {name: strategy.map(nodes.String) for name, strategy in SCALARS.items()}

    @seed(SEED)
    @settings(
        max_examples=FROM_HYPOTHESIS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(queries(sdl(), custom_scalars=scalars, allow_x00=False))
    def keep(text: str) -> None:
        made.append(text)

    keep()
    return made


async def _known(world: World) -> Known:
    ids = {}
    async with world.database.reader() as session:
        for name, source in SOURCES.items():
            rows = (await session.execute(select(source.table.c.id).limit(40))).all()
            ids[PREFIXES[name]] = [f"{PREFIXES[name]}_{row[0].hex}" for row in rows]
    return Known(ids)


async def _visible(world: World, busy: Busy) -> dict[str, set[bytes]]:
    """The ids of all that each viewer may see, by the rules of visibility alone."""
    visible: dict[str, set[bytes]] = {}
    async with world.database.reader() as session:
        for viewer in VIEWERS:
            visible[viewer] = set()
            for name, source in SOURCES.items():
                seen = select(source.table.c.id).where(source.visible_to(busy.viewers[viewer]))
                rows = (await session.execute(seen)).all()
                visible[viewer] |= {f"{PREFIXES[name]}_{row[0].hex}".encode() for row in rows}
    return visible
