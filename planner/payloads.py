"""Root fields whose objects are there already: what a mutation's verb returned, or an event of a subscription."""

from dataclasses import dataclass

from graphql import GraphQLObjectType, OperationType

from planner.compiling import Compiler
from planner.running import Run
from planner.selections import Document, Selections
from planner.shapes import Completion, Constant, Root
from planner.texts import Selected


@dataclass(slots=True)
class Verb:
    """A root field of a mutation: its resolver runs, once, and what it returns is shown."""

    selected: Selected
    parent: GraphQLObjectType
    completion: Completion

    async def answer(self, run: Run) -> str:
        return await self.completion.text(run, await run.perform(self.selected, self.parent))


@dataclass(slots=True)
class Event:
    """The root field of a subscription, which shows an event."""

    completion: Completion

    async def answer(self, run: Run) -> str:
        return await self.completion.text(run, run.event)


def roots_of(document: Document, selections: Selections, compiler: Compiler) -> list[tuple[str, Root]]:
    """The root fields of an operation of any kind."""
    if document.kind is OperationType.QUERY:
        return compiler.roots()

    def root(one: Selected) -> Root:
        if one.definition is None:
            return Constant(f'"{one.type_name}"')
        completion = compiler.completion(one, one.key)
        is_verb = document.kind is OperationType.MUTATION
        return Verb(one, document.root_type, completion) if is_verb else Event(completion)

    return [(one.key, root(one)) for one in selections.roots()]
