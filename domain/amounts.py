"""Amount columns of a document, shown as Money in the document's own currency."""

from typing import Any, overload

from domain.money import Money


class Amount:
    """Reads the named column of minor units as Money; None where it is empty."""

    def __init__(self, column: str) -> None:
        self.column = column

    @overload
    def __get__(self, document: None, owner: type) -> "Amount": ...
    @overload
    def __get__(self, document: object, owner: type) -> Any: ...
    def __get__(self, document: Any, owner: type) -> "Amount | Money | None":
        if document is None:
            return self
        minor = getattr(document, self.column)
        return None if minor is None else Money(minor, document.currency)
