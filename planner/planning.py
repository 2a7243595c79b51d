"""Plans and their cache: an operation compiled once, run with one statement for each level."""

import inspect
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

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
from planner.running import Fallback, Outcomes, Run, Step
from planner.selections import Document, Selections, read_document
from planner.shapes import Root
from planner.sharing import Message, Tellings
from planner.statements import Asker, Unsupported

MOST_DOCUMENTS, MOST_BYTES, MOST_VARIANTS = 1_000, 4_000_000, 16


@dataclass(slots=True)
class Answer:
    """The whole answer as JSON, and how it came about."""

    body: bytes
    statements: int
    steps: list[Step]


Roots: TypeAlias = list[tuple[str, Root]]
"""The fields of an operation, by their keys in the answer."""

Ready: TypeAlias = tuple[Document, Roots, VariableValues]
"""A plan and the values of its variables."""


@dataclass(slots=True)
class Plan:
    """A document with its compiled variants, or the reason why there are none."""

    document: Document | None
    refused: str | None = None
    variants: dict[tuple[Any, ...], Roots | str] = field(default_factory=dict)
    notes: Any = None
    """What the application keeps with a plan."""
    is_query: bool = field(init=False)
    is_subscription: bool = field(init=False)

    def __post_init__(self) -> None:
        kind = None if self.document is None else self.document.kind
        self.is_query, self.is_subscription = kind is OperationType.QUERY, kind is OperationType.SUBSCRIPTION


@dataclass(slots=True)
class Planner:
    """One per schema and process. `fallbacks` counts by reason what was left to the ordinary executor."""

    schema: GraphQLSchema
    bindings: Bindings
    fallbacks: Counter[str] = field(default_factory=Counter)
    planned: int = 0
    _tellings: Tellings = field(default_factory=Tellings)
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

        try:
            document, roots, values = self._ready(plan, variables)
            if outcomes is None and not plan.is_query:
                raise Unsupported(document.kind.value)
            kept = {} if outcomes is None else outcomes
            asker = self.bindings.viewers.asker(self.bindings.viewer_of(context))
            run = Run(document, self.bindings, fetch, session, context, asker, values, kept, explain)
            texts = []
            # One after the other, because those of a mutation change what the next one finds.
            for key, root in roots:
                texts.append(f'"{key}":{await root.answer(run)}')
            self.planned += 1
            return Answer(_written(texts), run.statements, run.steps)
        except Exception as error:
            self._count(error)
            return None

    async def subscribe(
        self, plan: Plan, variables: Mapping[str, Any] | None, context: Any, fetch: Fetch, session: OpenSession
    ) -> "Stream | None":
        """An open subscription, or None where the ordinary executor has to open it."""

        try:
            ready = self._ready(plan, variables)
            executor = self._executor(ready[0], variables, context)
            events: Any = create_source_event_stream(executor)
            if inspect.isawaitable(events):
                events = await events
            if isinstance(events, ExecutionResult):
                raise Fallback("refused")
            return Stream(ready, executor, fetch, session, events)
        except Exception as error:
            self._count(error)
            return None

    async def message(self, stream: "Stream", event: Any) -> Answer | None:
        """The message about an event of a subscription, or None where the ordinary executor has to write it. Where
        it is the same for many who are told of an equal event at the same time, it is made once."""
        context = stream.executor.context_value
        try:
            asker = self.bindings.viewers.asker(self.bindings.viewer_of(context))
            with self._tellings.of(event) as telling:
                fetch = telling.shared(stream.fetch)
                message = await telling.message(
                    stream.ready[1], asker, context, lambda: self._message(stream, event, asker, fetch)
                )
            self.planned += 1
            return Answer(message.body, message.run.statements, message.run.steps)
        except Exception as error:
            self._count(error)
            return None

    async def _message(self, stream: "Stream", event: Any, asker: Asker, fetch: Fetch) -> Message:
        (document, roots, values), context = stream.ready, stream.executor.context_value
        run = Run(document, self.bindings, fetch, stream.session, context, asker, values, {}, event=event)
        return Message(_written([f'"{key}":{await root.answer(run)}' for key, root in roots]), run)

    def _count(self, error: Exception) -> None:
        """Why an operation is left to the ordinary executor, which meets a refusal or outage again and tells it."""
        reason = error.reason if isinstance(error, (Fallback, Unsupported)) else f"error: {type(error).__name__}"
        self.fallbacks[reason] += 1

    def _executor(self, document: Document, variables: Mapping[str, Any] | None, context: Any) -> Executor[None]:
        """What resolves the events of a subscription, as the ordinary executor does."""
        name = None if document.operation.name is None else document.operation.name.value
        executor = Executor.build(self.schema, document.node, None, context, dict(variables or {}), name)
        if isinstance(executor, list):
            raise Fallback("variables")
        return executor

    def _ready(self, plan: Plan, variables: Mapping[str, Any] | None) -> Ready:
        if plan.document is None:
            raise Unsupported(plan.refused or "unknown")
        document = plan.document
        try:
            given = values_of(document.variables, variables or {})
        except Unasked:
            raise Fallback("variables") from None
        variant = tuple([given.coerced.get(name) for name in document.switches]) if document.switches else ()
        roots = plan.variants.get(variant)
        if roots is None:
            roots = self._compile(plan, document, variant, given.coerced)
        if isinstance(roots, str):
            raise Unsupported(roots)
        return document, roots, given

    def _compile(
        self, plan: Plan, document: Document, variant: tuple[Any, ...], variables: Mapping[str, Any]
    ) -> Roots | str:
        try:
            selections = Selections(document, variables)
            found: Roots | str = roots_of(document, selections, Compiler(selections, self.bindings, self.schema))
        except Unsupported as unsupported:
            found = unsupported.reason
        if len(plan.variants) >= MOST_VARIANTS:
            plan.variants.clear()
        plan.variants[variant] = found
        return found

    def _is_full(self) -> bool:
        return len(self._plans) > MOST_DOCUMENTS or sum(self._sizes.values()) > MOST_BYTES

    def _read(self, document: DocumentNode, operation_name: str | None) -> Plan:
        try:
            return Plan(read_document(self.schema, document, operation_name))
        except Unsupported as unsupported:
            return Plan(None, unsupported.reason)


def _written(fields: list[str]) -> bytes:
    return f"{{{','.join(fields)}}}".encode()


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
