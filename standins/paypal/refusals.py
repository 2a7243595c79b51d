"""PayPal's refusals: a status, a name, and the issue that says what it is."""

from typing import Any


class Refusal(Exception):
    """An answer of 4xx. Nothing was done."""

    def __init__(self, status: int, name: str, issue: str | None = None, *, link: str | None = None) -> None:
        super().__init__(issue or name)
        self.status = status
        self.body: dict[str, Any] = {
            "name": name,
            "message": f"The stand-in refuses: {issue or name}.",
            "debug_id": "0",
        }
        if issue is not None:
            self.body["details"] = [{"issue": issue, "description": f"The stand-in refuses: {issue}."}]
        if link is not None:
            self.body["links"] = [{"href": link, "rel": "self", "method": "GET"}]


def unprocessable(issue: str) -> Refusal:
    return Refusal(422, "UNPROCESSABLE_ENTITY", issue)


def missing() -> Refusal:
    return Refusal(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
