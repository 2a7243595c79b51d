"""Errors as Adyen's services answer them."""

from typing import Any


class AdyenError(Exception):
    """A request that is not taken: nothing has happened."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "status": status,
            "errorCode": code,
            "message": message,
            "errorType": "security" if status in (401, 403) else "validation",
        }


def missing(what: str) -> AdyenError:
    return AdyenError(404, "30_112", f"{what} was not found")
