"""The types that a GraphQL answer may have, and which of them a client takes."""

from collections.abc import Iterator
from functools import lru_cache

JSON, GRAPHQL = "application/json", "application/graphql-response+json"


def answer_type(accept: str) -> str | None:
    """The one that a client takes rather; None where it takes neither. Whoever names none gets JSON, as ever."""
    if accept in ("", "*/*", JSON):
        return JSON
    wanted = dict(_wanted(accept))
    plain, typed = _quality(wanted, JSON), _quality(wanted, GRAPHQL)
    if max(plain, typed) == 0:
        return None
    return GRAPHQL if typed > plain or (typed == plain and GRAPHQL in wanted) else JSON


def _wanted(accept: str) -> Iterator[tuple[str, float]]:
    """The types of an Accept header, each with how much it is wanted: between 0 and 1."""
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [one[2:] for one in parameters if one.startswith("q=")]
        yield name, _weight(weights[0]) if weights else 1.0


def _weight(text: str) -> float:
    """What is no number counts as if it was not there."""
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 1.0


def _quality(wanted: dict[str, float], name: str) -> float:
    """The nearest name counts: the type itself, then all of its kind, then all."""
    return next((wanted[one] for one in (name, "application/*", "*/*") if one in wanted), 0.0)


@lru_cache(maxsize=100)
def media_type_of(accept: bytes) -> bytes | None:
    """The same for a header as it came; clients say the same again and again."""
    taken = answer_type(accept.decode("latin-1"))
    return None if taken is None else taken.encode()
