"""The planner answers as the ordinary executor does: the same bytes on the same data, for whoever asks whatever.

MILEPOST_EQUIVALENCE sets how many random documents are tried, MILEPOST_SEED where they begin; both are printed.
"""

import gc
import os
import re
from collections.abc import AsyncIterator, Iterator
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis_graphql import nodes
from hypothesis_graphql import queries as queries_of

from schema.api import sdl
from tests.contract.both_executors import GRAPHQL, Both
from tests.contract.busy_platform import Busy, make_busy
from tests.contract.random_documents import Document, Writer
from tests.contract.random_values import Known, Values
from tests.contract.repository_documents import Operation, operations, split
from tests.contract.test_schemathesis import SCALARS
from tests.contract.trials import VIEWERS, Trial, known_of, visible_to
from tests.world import World

DOCUMENTS, SEED = int(os.environ.get("MILEPOST_EQUIVALENCE", "60")), int(os.environ.get("MILEPOST_SEED", "1"))
FROM_HYPOTHESIS = min(max(5, DOCUMENTS // 20), 100)
ASKINGS = min(max(1, DOCUMENTS // 100), 10)
"""How often a document of the repository is asked with random variables, by each viewer."""

OF_APPS = ["GetCrossAppSession"]
"""Asked with the key of an app, which none of the viewers has."""
BY_LUCK = {
    *("CheckEntitlement", "ExplainEntitlement", "GetQuota", "GetUsage"),
    *("GetPriceExperimentReport", "GetUpcomingCharge", "GetCreditLiability", "GetDownloadUrl"),
}
"""About a feature, a meter, a subscription, months or a file that a random value seldom names for whoever may know."""

_NEXT = re.compile(rb'"endCursor":"([^"]+)"')


@pytest.fixture
async def busy(world: World) -> Busy:
    return await make_busy(world)


@pytest.fixture
async def trial(world: World, busy: Busy) -> AsyncIterator[Trial]:
    """Prints what came of it."""
    visible = await visible_to(world, busy)
    async with Both.over(world) as both:
        trial = Trial(both, visible)
        yield trial
        print(f"seed {SEED}: {trial}")
    # Loads that nobody waited for any more are reported as they are collected: here, rather than within an import.
    gc.collect()


async def test_random_documents_have_the_same_answer_from_both_executors(
    world: World, busy: Busy, trial: Trial
) -> None:
    known = await known_of(world)
    roots = {name: await _open_to(trial.both, known, busy, name) for name in VIEWERS}
    for document in _documents(known, [roots[name] for name in VIEWERS]):
        if await trial.everybody(document, busy.viewers) and trial.documents == DOCUMENTS:
            break
    for text in _from_hypothesis():
        await trial.everybody(Document(text, {}), busy.viewers)
    assert trial.pairs["fell back"] == 0, str(trial)
    assert trial.pairs["planned"] > trial.documents, str(trial)


async def test_every_query_of_the_repository_is_planned_and_has_the_same_answer(
    world: World, busy: Busy, trial: Trial
) -> None:
    known, shown, random = await known_of(world), operations("query"), Random(SEED)
    planned: set[Operation] = set()
    for name in VIEWERS:
        seen, unseen = split(known, trial.visible[name])
        for query in shown:
            for variables in query.askings(random, seen, unseen, ASKINGS):
                body = await trial.check(Document(query.text, variables), name, busy.viewers[name])
                if body is not None:
                    planned.add(query)
                    await _read_on(trial, query, variables, name, busy, body)
    assert trial.pairs["fell back"] == 0, str(trial)
    assert [one.name for one in shown if one not in planned and one.name not in BY_LUCK] == OF_APPS


async def _read_on(
    trial: Trial, query: Operation, variables: dict[str, object], name: str, busy: Busy, body: bytes
) -> None:
    """The page that follows, where the query has pages and there is one."""
    ends = _NEXT.findall(body)
    if ends and "after" in query.variables:
        on = Document(query.text, variables | {"after": ends[-1].decode()})
        assert await trial.check(on, name, busy.viewers[name]) is not None, on


async def test_every_mutation_and_feed_of_the_repository_can_be_planned(world: World, busy: Busy) -> None:
    shown, values = (
        operations("mutation", "subscription"),
        Values(Random(SEED), await known_of(world), is_careless=False),
    )
    async with Both.over(world) as both:
        for one in shown:
            given = {name: values.of(kind, name) for name, kind in one.variables.items()}
            # Without a place for the outcomes of verbs, a plan is made and nothing runs.
            assert await both.planned(one.text, given, busy.viewers["client"]) is None
        assert set(both.planner.fallbacks) == {"mutation", "subscription"}
        assert both.planner.fallbacks.total() == len(shown)


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
        assert len(set(counts)) == 1, counts
        assert max(counts) <= LEVELS


async def _open_to(both: Both, known: Known, busy: Busy, name: str) -> set[str]:
    """The root fields from which the viewer gets an answer without errors, as a few tries show."""
    found = set()
    assert GRAPHQL.query_type is not None
    for root in GRAPHQL.query_type.fields:
        for number in range(4):
            document = Writer(Random(f"{root} {number}"), known, {root}).document()
            _, errors = await both.ordinary(document.text, document.variables, busy.viewers[name])
            if not errors:
                found.add(root)
                break
    return found


def _documents(known: Known, roots: list[set[str]]) -> Iterator[Document]:
    """Without an end, each of root fields that are open to one viewer at least. A few are not valid."""
    for number in count():
        yield Writer(Random(SEED * 1_000_003 + number), known, roots[number % len(roots)]).document()


def _from_hypothesis() -> list[str]:
    """Documents of another maker, who knows the schema but no ids and no cursors."""
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
    @given(queries_of(sdl(), custom_scalars=scalars, allow_x00=False))
    def keep(text: str) -> None:
        made.append(text)

    keep()
    return made
