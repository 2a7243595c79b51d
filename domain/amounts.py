"""Amount columns, shown as Money in the currency of their own row."""

from typing import Any, Self, overload

from domain.money import Money


class Amount:
    """Reads the named column of minor units as Money."""

    def __init__(self, column: str) -> None:
        self.column = column

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> Money: ...
    def __get__(self, row: Any, owner: type) -> Self | Money:
        return self if row is None else Money(getattr(row, self.column), row.currency)


class OptionalAmount:
    """The same for a column that may be empty: then it is None."""

    def __init__(self, column: str) -> None:
        self.column = column

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> Money | None: ...
    def __get__(self, row: Any, owner: type) -> Self | Money | None:
        if row is None:
            return self
        minor = getattr(row, self.column)
        return None if minor is None else Money(minor, row.currency)
