"""What the query planner has to know of this schema: edges, fields that SQL can write, and who asks."""

from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from graphql import GraphQLField, GraphQLSchema, get_named_type, is_object_type

from domain.actors import Actor
from domain.currencies import EXPONENTS
from planner.bindings import Edge, Wanted, WantedPage
from planner.edges import Connection, Derived, One, Source
from planner.pages import PageRequest
from planner.statements import Viewers
from planner.texts import TextPlan, derived_plan
from planner.writers import Value, amount, hex_id, prefixed
from resolvers.context import Context
from resolvers.nodes import SOURCES
from schema.ids import PREFIXES

_IDS = ("user_id", "session_id", "membership_id", "key_id", "app_id", "organization_id", "impersonator_id", "only_in")
_VALUES = (*_IDS, "email", "reauthenticated_at")
_RIGHTS = tuple(one.name for one in fields(Actor) if one.name not in _VALUES)

AMOUNTS = {
    "Gig": ("budget_min", "budget_max", "rate_min", "rate_max"),
    "GigInvitation": ("amount",),
    "Proposal": ("amount", "hourly_rate", "offered_amount"),
    "Project": ("budget", "reduction"),
    "Milestone": ("quoted", "amount"),
    "Payment": ("amount",),
    "EscrowHold": ("amount", "released", "refunded", "remaining"),
    "HoldMovement": ("amount",),
    "LedgerEntry": ("amount",),
    "ApprovalRequest": ("amount",),
    "MoneyThreshold": ("amount",),
    "Invoice": ("subtotal", "discount_total", "net_total", "tax_total", "total", "paid", "amount_due"),
    "InvoiceLine": ("unit_price", "gross", "discount_amount", "share", "base", "net", "tax"),
}
"""Fields of Money that are the column `<name>_minor` in the currency of their row."""

_RENAMED = {
    ("Invoice", "agreed_amount"): "agreed_minor",
    ("Payment", "captured_amount"): "captured_minor",
    ("EscrowHold", "release_amount"): "release_minor",
    ("ReleasePolicy", "min_amount"): "min_minor",
}

NEEDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Invoice", "isOverdue"): ("status", "amount_due_minor", "due_on", "time_zone"),
    ("Invoice", "paymentStatus"): ("status", "amount_due_minor", "collection_mode", "paid_minor"),
    ("Invoice", "fee"): ("issuer_id", "fee_minor", "currency"),
    ("Invoice", "net"): ("issuer_id", "net_minor", "currency"),
    ("Invoice", "collection"): (
        "collection_mode",
        "collection_attempts",
        "collection_next_at",
        "collection_last_failure",
    ),
    ("LedgerEntry", "debit"): ("amount_minor", "currency"),
    ("LedgerEntry", "credit"): ("amount_minor", "currency"),
    ("EntitlementGrant", "status"): ("starts_at", "ends_at", "revoked_at"),
    ("FeaturePromotion", "status"): ("ends_at", "ended_at"),
    ("FeaturePromotion", "organizationIds"): ("organization_ids",),
    ("Gig", "terms"): ("terms",),
    ("Project", "terms"): ("terms",),
    ("Proposal", "terms"): ("terms",),
    ("Proposal", "offeredTerms"): ("offered_terms",),
    ("GigInvitation", "terms"): ("terms",),
    ("InvoiceLine", "taxes"): ("taxes", "currency"),
    ("Proposal", "status"): ("status", "offered_at", "client_organization_id"),
    ("Organization", "legalName"): ("id", "legal_name"),
    ("Organization", "billingEmail"): ("id", "billing_email"),
    ("LedgerTransfer", "sourceId"): ("source_type", "source_id"),
    ("Session", "isCurrent"): ("id",),
    ("PermissionOverride", "permission"): ("permission",),
    ("ApprovalRequest", "requiredPermission"): ("kind", "organization_id"),
    ("ApprovalRequest", "subjectId"): ("kind", "subject_id"),
    ("ApprovalRequest", "command"): ("command",),
    ("EscrowHold", "isFrozen"): ("frozen_at", "charged_back_at"),
    ("EscrowHold", "taxRates"): ("tax_rates",),
    ("EscrowHold", "fee"): ("freelancer_organization_id", "fee_minor", "currency"),
    ("CreditAccount", "available"): ("available", "lapses"),
    ("CreditAccount", "held"): ("held",),
    ("CreditAccount", "freezeReason"): ("freeze_reason",),
    ("CreditAccount", "hasShortfall"): ("has_shortfall",),
    ("CreditAccount", "lowBalanceThreshold"): ("low_balance_threshold",),
    ("CreditLot", "cost"): ("cost_minor", "currency"),
    ("CreditLot", "status"): ("remaining", "held", "expires_at"),
    ("EscrowHold", "net"): ("freelancer_organization_id", "net_minor", "currency"),
}
"""The columns of fields that Python makes; of any other field of that sort, all columns of the row are read."""


def _money(minor: Value) -> TextPlan:
    return amount(
        minor,
        "currency",
        EXPONENTS,
        minor_field="amountMinor",
        currency_field="currency",
        decimal="decimal",
    )


class Recorder:
    """Loaders that load nothing: they say what a resolver asked for, after its guards and its arguments were fine."""

    async def one(self, edge: One, parent: Any) -> Wanted | None:
        key = getattr(parent, edge.key)
        return None if key is None else Wanted(edge, key)

    async def page(self, edge: Connection, parent: Any, request: PageRequest) -> WantedPage:
        return WantedPage(request)


class Recording:
    """A request as its resolvers find it while their loaders load nothing."""

    __slots__ = ("_context", "viewer")
    loaders = Recorder()

    def __init__(self, context: Context) -> None:
        self._context, self.viewer = context, context.viewer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


class MilepostBindings:
    """The planner's view of the schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.viewers = Viewers(shape_of, values_of, stand_in)
        self._names = {id(source): name for name, source in SOURCES.items()}
        self._plans = _text_plans(schema)

    def edge_of(self, field: GraphQLField) -> Edge | None:
        definition = _definition(field)
        edge: Edge | None = definition.metadata.get("edge") if definition is not None else None
        return edge

    def direct(self, field: GraphQLField) -> Callable[..., Awaitable[Any]] | None:
        definition = _definition(field)
        direct: Callable[..., Awaitable[Any]] | None = None if definition is None else definition.metadata.get("direct")
        return direct

    def attribute_of(self, field: GraphQLField) -> str | None:
        definition = _definition(field)
        if definition is None or not definition.is_basic_field:
            return None
        name: str = definition.python_name
        return name

    def is_impersonal(self, field: GraphQLField) -> bool:
        definition = _definition(field)
        resolver = None if definition is None or definition.extensions else definition.base_resolver
        return resolver is not None and resolver.info_parameter is None

    def text_plan(self, type_name: str, field_name: str) -> TextPlan | None:
        return self._plans.get((type_name, field_name))

    def needs(self, type_name: str, field_name: str) -> tuple[str, ...] | None:
        return NEEDS.get((type_name, field_name))

    def type_of(self, source: Source) -> str:
        return self._names[id(source)]

    def recording(self, context: Context) -> Recording:
        return Recording(context)

    def viewer_of(self, context: Context) -> Actor:
        return context.viewer


def shape_of(viewer: Actor) -> Any:
    """All that a rule of visibility or a guard may branch on: everything but the values of ids, address and instant."""
    absent = tuple([getattr(viewer, name) is None for name in _VALUES])
    return tuple([getattr(viewer, name) for name in _RIGHTS]), absent


def values_of(viewer: Actor) -> dict[str, Any]:
    return {name: getattr(viewer, name) for name in (*_IDS, "email")}


def stand_in(viewer: Actor, salt: int) -> Actor:
    """Somebody with the same rights whose ids and address are nobody's."""
    made: dict[str, Any] = {
        name: UUID(int=0xA11CE << 64 | salt << 8 | at)
        for at, name in enumerate(_IDS)
        if getattr(viewer, name) is not None
    }
    if viewer.email is not None:
        made["email"] = f"nobody-{salt}@stand-in.invalid"
    return replace(viewer, **made)


def _definition(field: GraphQLField) -> Any:
    return field.extensions.get("strawberry-definition")


def _text_plans(schema: GraphQLSchema) -> dict[tuple[str, str], TextPlan]:
    plans: dict[tuple[str, str], TextPlan] = {("Project", "reference"): prefixed("PRJ-", "number")}
    for type_name, prefix in PREFIXES.items():
        plans[(type_name, "id")] = hex_id(f"{prefix}_")
    for type_name, kind in schema.type_map.items():
        if not is_object_type(kind):
            continue
        for name, field in kind.fields.items():
            plan = _text_plan(type_name, field)
            if plan is not None:
                plans[(type_name, name)] = plan
    return plans


def _text_plan(type_name: str, field: GraphQLField) -> TextPlan | None:
    definition = _definition(field)
    if definition is None:
        return None
    edge = definition.metadata.get("edge")
    if isinstance(edge, Derived):
        return _money(edge.expression) if get_named_type(field.type).name == "Money" else derived_plan(edge, field.type)
    attribute = definition.python_name if definition.is_basic_field else ""
    if attribute in AMOUNTS.get(type_name, ()):
        return _money(_column(f"{attribute}_minor"))
    renamed = _RENAMED.get((type_name, attribute))
    return None if renamed is None else _money(_column(renamed))


def _column(name: str) -> Value:
    return lambda table: table.c[name]
