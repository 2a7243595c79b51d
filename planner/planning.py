"""Plans and their cache: an operation compiled once, run with one statement for each level."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, GraphQLSchema, get_variable_values, parse

from planner.bindings import Bindings, Fetch, OpenSession
from planner.compiling import Compiler
from planner.rows import MadeRows
from planner.running import Fallback, Run, Step
from planner.selections import Document, Selections, read_document
from planner.shapes import Part
from planner.statements import Unsupported

MOST_DOCUMENTS, MOST_BYTES, MOST_VARIANTS = 1_000, 4_000_000, 16


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer as JSON, and how it came about."""

    body: bytes
    statements: int
    steps: list[Step]


@dataclass(slots=True)
class Plan:
    """A document with its compiled variants, or the reason why there are none."""

    document: Document | None
    refused: str | None = None
    variants: dict[tuple[Any, ...], list[tuple[str, Part]] | str] = field(default_factory=dict)


@dataclass(slots=True)
class Planner:
    """One per schema and process. `fallbacks` counts by reason what was left to the ordinary executor."""

    schema: GraphQLSchema
    bindings: Bindings
    fallbacks: Counter[str] = field(default_factory=Counter)
    planned: int = 0
    _plans: OrderedDict[bytes, Plan] = field(default_factory=OrderedDict)
    _sizes: dict[bytes, int] = field(default_factory=dict)

    def knows(self, query: str, operation_name: str | None) -> bool:
        return _key(query, operation_name) in self._plans

    def admit(self, query: str, operation_name: str | None = None, document: DocumentNode | None = None) -> Plan:
        """The plan of a document that is known to be valid for the schema."""
        key = _key(query, operation_name)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._read(document or parse(query), operation_name)
            self._sizes[key] = len(query)
            while len(self._plans) > 1 and self._is_full():
                self._sizes.pop(self._plans.popitem(last=False)[0])
        self._plans.move_to_end(key)
        return plan

    async def answer(
        self,
        plan: Plan,
        variables: Mapping[str, Any] | None,
        context: Any,
        fetch: Fetch,
        session: OpenSession,
        *,
        explain: bool = False,
    ) -> Answer | None:
        """The answer, or None where the ordinary executor has to give it; the reason is counted."""
        try:
            return await self._run(plan, variables or {}, context, fetch, session, explain)
        except (Fallback, Unsupported) as left:
            self.fallbacks[left.reason] += 1
        except Exception as error:
            # A refusal, a guard, an outage: the ordinary executor meets it again and tells of it properly.
            self.fallbacks[f"error: {type(error).__name__}"] += 1
        return None

    async def _run(
        self, plan: Plan, variables: Mapping[str, Any], context: Any, fetch: Fetch, session: OpenSession, explain: bool
    ) -> Answer:
        if plan.document is None:
            raise Unsupported(plan.refused or "unknown")
        document = plan.document
        coerced = get_variable_values(self.schema, document.operation.variable_definitions or (), dict(variables))
        if isinstance(coerced, list):
            raise Fallback("variables")
        roots = self._variant(plan, document, coerced.coerced)
        run = Run(document, self.bindings, fetch, session, context, coerced.coerced, explain)
        once = MadeRows([None])
        texts = [f'"{key}":{(await part.texts(run, once))[0]}' for key, part in roots]
        self.planned += 1
        return Answer(f"{{{','.join(texts)}}}".encode(), run.statements, run.steps)

    def _variant(self, plan: Plan, document: Document, variables: Mapping[str, Any]) -> list[tuple[str, Part]]:
        variant = document.variant(variables)
        found = plan.variants.get(variant)
        if found is None:
            try:
                selections = Selections(document, variables)
                found = Compiler(selections, self.bindings, self.schema).roots()
            except Unsupported as unsupported:
                found = unsupported.reason
            if len(plan.variants) >= MOST_VARIANTS:
                plan.variants.clear()
            plan.variants[variant] = found
        if isinstance(found, str):
            raise Unsupported(found)
        return found

    def _is_full(self) -> bool:
        return len(self._plans) > MOST_DOCUMENTS or sum(self._sizes.values()) > MOST_BYTES

    def _read(self, document: DocumentNode, operation_name: str | None) -> Plan:
        try:
            return Plan(read_document(self.schema, document, operation_name))
        except Unsupported as unsupported:
            return Plan(None, unsupported.reason)


def _key(query: str, operation_name: str | None) -> bytes:
    return hashlib.blake2b(f"{operation_name or ''}\0{query}".encode(), digest_size=16).digest()
