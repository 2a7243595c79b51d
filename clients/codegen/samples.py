"""Made-up answers that fit an operation, always the same ones: what test vectors are made of."""

from typing import Any

from clients.codegen.facts import REFUSAL
from clients.codegen.model import Api, Field, Operation, Selection, TypeRef

_SCALARS: dict[str, Any] = {
    "Boolean": True,
    "Int": 7,
    "Float": 0.5,
    "Int64": "115000",
    "Decimal": "1150.00",
    "Currency": "EUR",
    "CountryCode": "MK",
    "Date": "2026-03-01",
    "DateTime": "2026-03-01T12:00:00Z",
    "TimeZone": "Europe/Skopje",
    "Email": "nora@example.com",
    "URL": "https://example.com/",
    "UUID": "0193a5c2-f7e8-7c0d-9b1f-3e5a7c9d1b2e",
    "Locale": "en",
    "JSON": {"key": "value"},
}


class Samples:
    """Answers for the operations of an API. Lists have one entry; where types are told apart, it is no refusal."""

    def __init__(self, api: Api) -> None:
        self._enums = {one.name: one.values[0].name for one in api.enums}

    def answer(self, operation: Operation) -> dict[str, Any]:
        """The data of a whole answer."""
        return self.object(operation.selection)

    def object(self, selection: Selection) -> dict[str, Any]:
        """An object; where types are told apart, of the first that is no refusal."""
        arms = sorted(selection.arms, key=lambda arm: arm.type_name.endswith(REFUSAL))
        chosen = arms[0] if arms else selection
        typename = {"__typename": chosen.type_name} if chosen.has_typename else {}
        return typename | {field.key: self._value(field, field.type) for field in chosen.fields}

    def _value(self, field: Field, type_: TypeRef) -> Any:
        if type_.item is not None:
            return [self._value(field, type_.item)]
        if field.selection is not None:
            return self.object(field.selection)
        return self._enums.get(type_.name, _SCALARS.get(type_.name, field.name))
