"""Idempotency keys as Stripe keeps them: the first answer is the answer, and a key belongs to its parameters.

A request that was refused before anything was looked at does not use its key up.
"""

from dataclasses import dataclass
from typing import Any

from standins.stripe.errors import StripeError


@dataclass(slots=True)
class Kept:
    """What was asked for with a key and, once it is known, what was answered."""

    asked: tuple[str, str, str]
    status: int = 0
    answer: Any = None


class Keys:
    """The keys of one stand-in, each within the account that used it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Kept] = {}

    def begin(self, account: str, key: str, asked: tuple[str, str, str]) -> Kept | None:
        """The record of an earlier request with this key, once answered. None: this is the first, and goes ahead."""
        kept = self._kept.get((account, key))
        if kept is None:
            self._kept[(account, key)] = Kept(asked)
            return None
        if kept.asked != asked:
            raise StripeError(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
            )
        if kept.status == 0:
            raise StripeError(
                409,
                "idempotency_error",
                "There is currently another in-progress request using this key.",
                code="idempotency_key_in_use",
            )
        return kept

    def end(self, account: str, key: str, status: int, answer: Any) -> None:
        kept = self._kept[(account, key)]
        kept.status, kept.answer = status, answer
