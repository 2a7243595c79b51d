"""One execution of a plan: its statements, its resolvers, and what went on, for explaining it."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from planner.asking import Unasked
from planner.bindings import Bindings, Fetch, OpenSession
from planner.selections import Document
from planner.statements import Asker, Statement
from planner.texts import Selected

Outcomes: TypeAlias = dict[str, "asyncio.Future[Any]"]
"""How the verbs of a mutation have ended, by their keys in the answer."""

_NO_HELPERS: Any = None
_IS_AWAITABLE: Any = inspect.isawaitable


class Fallback(Exception):
    """Something is not as a plan expects: the ordinary executor answers the whole operation, with its errors."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Step:
    """A statement that was run, for explaining a plan."""

    name: str
    sql: str
    rows: int
    milliseconds: float


@dataclass(slots=True)
class Run:
    """One request."""

    document: Document
    bindings: Bindings
    fetch: Fetch
    session: OpenSession
    context: Any
    asker: Asker
    variables: VariableValues
    outcomes: "Outcomes"
    explain: bool = False
    event: Any = None
    """What a subscription tells of."""
    compared: set[str] = field(default_factory=set)
    """The names of the values that its statements were given."""
    is_personal: bool = False
    """More than its statements may depend on who asks, or on their variables."""
    steps: list[Step] = field(default_factory=list)
    statements: int = 0
    _recording: Any = None

    @property
    def recording(self) -> Any:
        """The context in which loaders only say what they would load; made when the first resolver needs it."""
        if self._recording is None:
            self._recording = self.bindings.recording(self.context)
        return self._recording

    def rows_of(self, name: str, statement: Statement, slots: Mapping[str, Any]) -> Awaitable[Any]:
        self.statements += 1
        self.compared |= statement.names
        fetched = self.fetch(statement.text, statement.values({**self.asker.values, **slots}))
        return self._noted(name, statement, fetched) if self.explain else fetched

    async def _noted(self, name: str, statement: Statement, fetched: Awaitable[Any]) -> Any:
        started = time.perf_counter()
        records = await fetched
        took = (time.perf_counter() - started) * 1000
        self.steps.append(Step(name, statement.text, len(records), took))
        return records

    def arguments(self, selected: Selected) -> dict[str, Any]:
        if selected.definition is None or not selected.definition.args:
            return {}
        self.is_personal |= not selected.arguments.are_constant
        try:
            return selected.arguments.values(self.variables)
        except Unasked:
            raise Fallback("arguments") from None

    def info(self, selected: Selected, parent: GraphQLObjectType, *, recording: bool) -> Any:
        """What a resolver is told; only what ours look at is exact: context, names, types, variables."""
        assert selected.definition is not None
        return GraphQLResolveInfo(
            field_name=selected.name,
            field_nodes=[one.node for one in selected.details],
            return_type=selected.definition.type,
            parent_type=parent,
            path=Path(None, selected.key, parent.name),
            schema=self.document.schema,
            fragments=self.document.fragments,
            root_value=None,
            operation=self.document.operation,
            variable_values=self.variables,
            context=self.recording if recording else self.context,
            is_awaitable=_IS_AWAITABLE,
            abort_signal=None,
            async_helpers=_NO_HELPERS,
        )

    def ask(self, selected: Selected, parent: GraphQLObjectType) -> Awaitable[Any]:
        """What the resolver of an edge or root field answers when its loaders only say what they would load."""
        if selected.direct is not None:
            return selected.direct(self.recording, None, **self.arguments(selected))
        return self._ask_resolver(selected, parent)

    async def _ask_resolver(self, selected: Selected, parent: GraphQLObjectType) -> Any:
        assert selected.definition is not None
        assert selected.definition.resolve is not None
        self.is_personal = True
        info = self.info(selected, parent, recording=True)
        answer = selected.definition.resolve(None, info, **self.arguments(selected))
        return await answer if inspect.isawaitable(answer) else answer

    async def perform(self, selected: Selected, parent: GraphQLObjectType) -> Any:
        """What a verb returns. However it ends is kept before anything else, so that nobody has to run it again."""
        assert selected.definition is not None
        assert selected.definition.resolve is not None
        info, arguments = self.info(selected, parent, recording=False), self.arguments(selected)
        outcome = asyncio.get_running_loop().create_future()
        try:
            outcome.set_result(await selected.definition.resolve(None, info, **arguments))
        except Exception as error:
            outcome.set_exception(error)
        self.outcomes[selected.key] = outcome
        # What follows is shown to whoever the context names by now.
        self.asker, self._recording = self.bindings.viewers.asker(self.bindings.viewer_of(self.context)), None
        return outcome.result()
