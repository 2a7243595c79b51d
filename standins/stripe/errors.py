"""Stripe's refusals, with the statuses, types and codes that its SDK tells apart."""

from typing import Any


class StripeError(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **more}}


def invalid(message: str, *, code: str | None = None, param: str | None = None) -> StripeError:
    more: dict[str, Any] = {key: value for key, value in (("code", code), ("param", param)) if value is not None}
    return StripeError(400, "invalid_request_error", message, **more)


def outside(message: str) -> StripeError:
    """Not described by Stripe."""
    return StripeError(400, "invalid_request_error", message, code="parameter_unknown")


def missing(name: str, thing_id: str) -> StripeError:
    return StripeError(
        404, "invalid_request_error", f"No such {name}: '{thing_id}'", code="resource_missing", param="id"
    )


def declined(code: str, decline_code: str | None, message: str, **more: Any) -> StripeError:
    """The card's bank, or Stripe for it, said no."""
    reason: dict[str, Any] = {} if decline_code is None else {"decline_code": decline_code}
    return StripeError(402, "card_error", message, code=code, **reason, **more)
