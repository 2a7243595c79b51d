"""Plans and their cache: an operation compiled once, run with one statement for each level."""

import inspect
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLSchema,
    OperationType,
    create_source_event_stream,
    execute_subscription_event,
    parse,
)
from graphql.execution.values import VariableValues

from planner.asking import Unasked, values_of
from planner.bindings import Bindings, Fetch, OpenSession
from planner.compiling import Compiler
from planner.payloads import roots_of
from planner.rows import MadeRows
from planner.running import Fallback, Outcomes, Run, Step
from planner.selections import Document, Selections, read_document
from planner.shapes import Part
from planner.statements import Unsupported

T = TypeVar("T")

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

    @property
    def is_query(self) -> bool:
        return self.document is not None and self.document.kind is OperationType.QUERY

    @property
    def is_subscription(self) -> bool:
        return self.document is not None and self.document.kind is OperationType.SUBSCRIPTION


@dataclass(slots=True)
class Planner:
    """One per schema and process. `fallbacks` counts by reason what was left to the ordinary executor."""

    schema: GraphQLSchema
    bindings: Bindings
    fallbacks: Counter[str] = field(default_factory=Counter)
    planned: int = 0
    _plans: OrderedDict[tuple[str, str | None], Plan] = field(default_factory=OrderedDict)
    _sizes: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def find(self, query: str, operation_name: str | None) -> Plan | None:
        """The plan of a document that was admitted before."""
        plan = self._plans.get((query, operation_name))
        if plan is not None:
            self._plans.move_to_end((query, operation_name))
        return plan

    def admit(self, query: str, operation_name: str | None = None, document: DocumentNode | None = None) -> Plan:
        """The plan of a document that is known to be valid for the schema."""
        key = query, operation_name
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
        outcomes: Outcomes | None = None,
        explain: bool = False,
    ) -> Answer | None:
        """The answer to a query or a mutation, or None where the ordinary executor has to give it.

        A mutation needs `outcomes`, which receives how its verbs have ended: whoever answers instead goes on there.
        """

        async def answered() -> Answer:
            ready = self._ready(plan, variables)
            if ready.document.kind is not OperationType.QUERY and outcomes is None:
                raise Unsupported(ready.document.kind.value)
            kept = {} if outcomes is None else outcomes
            run = Run(ready.document, self.bindings, fetch, session, context, ready.variables, kept, explain)
            return await self._texts(ready, run, MadeRows([None]))

        return await self._counted(answered())

    async def subscribe(
        self, plan: Plan, variables: Mapping[str, Any] | None, context: Any, fetch: Fetch, session: OpenSession
    ) -> "Stream | None":
        """An open subscription, or None where the ordinary executor has to open it."""

        async def opened() -> Stream:
            ready = self._ready(plan, variables)
            document, name = ready.document, ready.document.operation.name
            executor = Executor.build(
                self.schema, document.node, None, context, dict(variables or {}), None if name is None else name.value
            )
            if isinstance(executor, list):
                raise Fallback("variables")
            events: Any = create_source_event_stream(executor)
            if inspect.isawaitable(events):
                events = await events
            if isinstance(events, ExecutionResult):
                raise Fallback("refused")
            return Stream(ready, executor, fetch, session, events)

        return await self._counted(opened())

    async def message(self, stream: "Stream", event: Any) -> Answer | None:
        """The message about an event of a subscription, or None where the ordinary executor has to write it."""
        ready, context = stream.ready, stream.executor.context_value
        run = Run(ready.document, self.bindings, stream.fetch, stream.session, context, ready.variables, {})
        return await self._counted(self._texts(ready, run, MadeRows([event])))

    async def _texts(self, ready: "Ready", run: Run, rows: MadeRows) -> Answer:
        # One after the other, because those of a mutation change what the next one finds.
        texts = [f'"{key}":{(await part.texts(run, rows))[0]}' for key, part in ready.roots]
        self.planned += 1
        return Answer(f"{{{','.join(texts)}}}".encode(), run.statements, run.steps)

    async def _counted(self, work: Awaitable[T]) -> T | None:
        """What the work gives, or None where it cannot; the reason is counted."""
        try:
            return await work
        except (Fallback, Unsupported) as left:
            self.fallbacks[left.reason] += 1
        except Exception as error:
            # A refusal, a guard, an outage: the ordinary executor meets it again and tells of it properly.
            self.fallbacks[f"error: {type(error).__name__}"] += 1
        return None

    def _ready(self, plan: Plan, variables: Mapping[str, Any] | None) -> "Ready":
        if plan.document is None:
            raise Unsupported(plan.refused or "unknown")
        document = plan.document
        try:
            given = values_of(document.variables, variables or {})
        except Unasked:
            raise Fallback("variables") from None
        return Ready(document, self._variant(plan, document, given.coerced), given)

    def _variant(self, plan: Plan, document: Document, variables: Mapping[str, Any]) -> list[tuple[str, Part]]:
        variant = document.variant(variables)
        found = plan.variants.get(variant)
        if found is None:
            try:
                selections = Selections(document, variables)
                found = roots_of(document, selections, Compiler(selections, self.bindings, self.schema))
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


@dataclass(frozen=True, slots=True)
class Ready:
    """A plan and the values of its variables."""

    document: Document
    roots: list[tuple[str, Part]]
    variables: VariableValues


@dataclass(frozen=True, slots=True)
class Stream:
    """An open subscription. A message depends on the plan, the variables, who asks by then, and the event alone."""

    ready: Ready
    executor: Executor[None]
    fetch: Fetch
    session: OpenSession
    events: AsyncGenerator[Any, None]

    async def executed(self, event: Any) -> ExecutionResult:
        """The message as the ordinary executor writes it."""
        result = execute_subscription_event(self.executor.build_per_event_executor(event))
        return await result if inspect.isawaitable(result) else result
