"""The limits of a gig's fields, whichever of them an input names."""

from typing import Any

from domain.checks import Checks, camel
from domain.durations import MAX_DAYS
from domain.plans import check_terms

AMOUNTS = ("budget_min", "budget_max", "rate_min", "rate_max")


def check_gig_fields(checks: Checks, fields: dict[str, Any], *, currency: str) -> None:
    """Checks the named fields only, so that creating and updating share the same limits."""
    if "title" in fields:
        checks.text("title", fields["title"], least=3, most=120)
    if "description" in fields:
        checks.text("description", fields["description"], most=20_000)
    for name, most in (("skills", 30), ("tools", 30), ("tags", 20)):
        checks.texts(name, fields.get(name, []), most=most, length=60)
    checks.currency("currency", currency)
    checks.whole("deliveryDays", fields.get("delivery_days"), least=1, most=MAX_DAYS)
    checks.whole("seats", fields.get("seats"), least=1, most=50)
    checks.time_zone("timeZone", fields.get("time_zone"))
    checks.day("startOn", fields.get("start_on"))
    checks.day("expiresOn", fields.get("expires_on"))
    for name in AMOUNTS:
        checks.money(camel(name), fields.get(name), currency=currency)
    if (terms := fields.get("terms")) is not None:
        with checks.within("terms"):
            check_terms(checks, terms, currency=currency)
