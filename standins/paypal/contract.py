"""The contract: every request, answer and message is held to the shapes that are written down, and counted."""

from functools import cache

import jsonschema_rs

from standins.counts import Counts
from standins.paypal import answers, requests
from standins.paypal.shapes import Schema

COUNTS = Counts()
"""Of all stand-ins in this process, unless one is given its own."""


class Outside(Exception):
    """Something that is not written down, and where."""


class Contract:
    """Holds what goes over the wire to its shape."""

    def __init__(self, counts: Counts = COUNTS) -> None:
        self.counts = counts

    def check_request(self, operation: str, asked: object) -> None:
        self.counts.requests += 1
        self._check(_validator("request", operation), asked, f"request {operation}")

    def check_answer(self, operation: str, status: int, answer: object) -> None:
        self.counts.answers += 1
        part = ("answer", operation) if status < 400 else ("error", "")
        self._check(_validator(*part), answer, f"answer {status} of {operation}")

    def check_event(self, event: object) -> None:
        self.counts.events += 1
        self._check(_validator("event", ""), event, "event")

    def _check(self, validator: jsonschema_rs.Validator, value: object, what: str) -> None:
        for error in validator.iter_errors(value):
            place = "/".join(str(step) for step in error.instance_path)
            self.counts.outside.append(f"{what}: {place}: {error.message[:500]}")
            raise Outside(self.counts.outside[-1])


@cache
def _validator(part: str, operation: str) -> jsonschema_rs.Validator:
    schemas: dict[str, Schema] = {"error": answers.ERROR, "event": answers.EVENT}
    if part == "request":
        return jsonschema_rs.validator_for(requests.REQUESTS[operation])
    return jsonschema_rs.validator_for(answers.ANSWERS[operation] if part == "answer" else schemas[part])
