"""Limits on documents, checked before anything is executed."""

from collections.abc import Callable

from graphql import GraphQLError, OperationDefinitionNode, OperationType, ValidationRule
from strawberry.extensions import (
    AddValidationRules,
    MaxAliasesLimiter,
    MaxTokensLimiter,
    ParserCache,
    QueryDepthLimiter,
    SchemaExtension,
    ValidationCache,
)

MAX_DEPTH, MAX_ALIASES, MAX_TOKENS, MAX_ROOT_MUTATIONS = 15, 100, 5_000, 10
_CACHED_DOCUMENTS = 500


class RootMutationsRule(ValidationRule):
    """A mutation operation runs its root fields one after the other, each in its own transaction: ten at most."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        count = len(node.selection_set.selections)
        if node.operation is OperationType.MUTATION and count > MAX_ROOT_MUTATIONS:
            self.report_error(GraphQLError(f"{count} root mutations; at most {MAX_ROOT_MUTATIONS} are allowed.", node))


_RULES = [
    *QueryDepthLimiter(max_depth=MAX_DEPTH).validation_rules,
    *MaxAliasesLimiter(max_alias_count=MAX_ALIASES).validation_rules,
    RootMutationsRule,
]
"""Made once: the cache of validated documents knows a rule by its class."""


def limits() -> list[Callable[[], SchemaExtension]]:
    """A fresh extension for each operation, because an extension holds what it works on; the caches are shared."""
    return [
        lambda: AddValidationRules(_RULES),
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: ParserCache(maxsize=_CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=_CACHED_DOCUMENTS),
    ]
