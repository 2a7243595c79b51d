"""The matrix: every operation by every caller, about what is theirs and what is others', answers as its rule says."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from domain.ids import new_id
from schema.ids import PREFIXES, global_id
from tests.contract.inputs import Mutation, mutations, queries
from tests.contract.matrix import Subject, Verdict, subjects_of, verdict_of
from tests.makers.parties import make_parties
from tests.world import World

UNKNOWN = {name: global_id(name, new_id()) for name in PREFIXES}


async def test_every_operation_answers_every_caller_as_its_rule_says(world: World) -> None:
    ours, others = await make_parties(world), await make_parties(world)
    subjects = await subjects_of(world, ours.client)
    answers, others_than_said = Counter[str](), list[str]()
    async with _committing_nothing(world):
        for whose, parties in (("own", ours), ("foreign", others)):
            ids = UNKNOWN | {name: found[0] for name, found in parties.ids.items() if found}
            for subject in subjects:
                for name, expected, found in [*await _mutations(subject, ids), *await _queries(subject, ids)]:
                    if found is not expected:
                        others_than_said.append(f"{name} for {subject.name}, {whose}: {found.value}")
                    answers[f"{subject.kind.value}, {whose}: {found.value}"] += 1
    assert others_than_said == []
    print(f"{answers.total()} combinations of {len(subjects)} callers: {dict(answers)}")


async def _mutations(subject: Subject, ids: Mapping[str, str]) -> list[tuple[str, Verdict, Verdict]]:
    """Each with what its rule says and what came of it."""
    answered = []
    for mutation in mutations():
        body = await subject.caller.world.client.post(*_asked(mutation, ids), subject.caller.token)
        assert body.get("errors") or "code" in body["data"]["result"], (mutation.name, "has done it without an entry")
        expected = subject.expects(mutation.needs, is_sensitive=mutation.is_sensitive)
        answered.append((mutation.name, expected, verdict_of(body)))
    return answered


async def _queries(subject: Subject, ids: Mapping[str, str]) -> list[tuple[str, Verdict, Verdict]]:
    answered = []
    for query in queries():
        body = await subject.caller.world.client.post(query.document, query.variables(ids), subject.caller.token)
        answered.append((query.name, subject.expects(query.needs), verdict_of(body)))
    return answered


def _asked(mutation: Mutation, ids: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    document = (
        f"mutation($input: {mutation.input.name}!) {{ result: {mutation.name}(input: $input) "
        "{ __typename ... on Refusal { code message } } }"
    )
    return document, {"input": mutation.complete(ids)}


_REFUSALS_ONLY = """CREATE OR REPLACE FUNCTION append_audit(chain uuid, sealed text, changed jsonb) RETURNS bigint
    LANGUAGE plpgsql AS $$ BEGIN
        IF sealed::jsonb ->> 'refusal' IS NULL AND sealed::jsonb ->> 'action' <> 'read' THEN
            RAISE query_canceled;
        END IF;
        RETURN 0;
    END $$"""


@asynccontextmanager
async def _committing_nothing(world: World) -> AsyncIterator[None]:
    """The audit log is busy for all but reads and refusals, so that each act is rolled back with its entry and has to
    be repeated: all callers find the same world, and no act can end without an entry."""
    async with world.database.engine.begin() as connection:
        whole = (await connection.execute(text("SELECT pg_get_functiondef('append_audit'::regproc)"))).scalar_one()
        await connection.execute(text(_REFUSALS_ONLY))
    try:
        yield
    finally:
        async with world.database.engine.begin() as connection:
            await connection.exec_driver_sql(whole)
