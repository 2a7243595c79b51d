"""Previews and estimates through the API: nothing is written."""

from typing import Any

import pytest

from tests.client import Faulted
from tests.makers.proposals import COMPLETION, TERMS, eur
from tests.world import Person, World

PREVIEW = """query($budget: MoneyInput!, $terms: WorkTermsInput!, $startOn: Date, $days: Int) {
  previewPlan(budget: $budget, terms: $terms, startOn: $startOn, deliveryDays: $days) {
    ... on PlanPreview {
      upfront { amountMinor } startOn dueOn milestones { title amount { amountMinor } dueOn tasks { title } }
    }
    ... on Refusal { code path problems { path } }
  }
}"""
ESTIMATE = """query($days: Int!, $amount: MoneyInput) {
  estimateDuration(days: $days, amount: $amount) { workDays hours impliedHourlyRate { amountMinor } }
}"""


async def preview(person: Person, budget_minor: int, terms: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    found = await person.ask(PREVIEW, budget=eur(budget_minor), terms=terms, **arguments)
    shown: dict[str, Any] = found["previewPlan"]
    return shown


async def test_a_preview_shows_what_acceptance_would_create(world: World) -> None:
    person = await world.freelancer_side()
    terms = COMPLETION | {"milestones": [{"title": "Design", "tasks": [{"title": "Logo"}]}, {"title": "Pages"}]}
    assert await preview(person, 330_000, terms, startOn="2990-01-31", days=11) == {
        "upfront": {"amountMinor": "39600"},
        "startOn": "2990-01-31",
        "dueOn": "2990-02-11",
        "milestones": [
            {
                "title": "Design",
                "amount": {"amountMinor": "145200"},
                "dueOn": "2990-02-06",
                "tasks": [{"title": "Logo"}],
            },
            {
                "title": "Pages",
                "amount": {"amountMinor": "145200"},
                "dueOn": "2990-02-11",
                "tasks": [{"title": "Pages"}],
            },
        ],
    }


async def test_a_preview_is_refused_as_the_plan_itself_would_be(world: World) -> None:
    person = await world.client_side()
    ten = TERMS | {"milestones": [{"title": f"Part {number}"} for number in range(10)]}
    assert await preview(person, 5, ten) == {
        "code": "INVALID",
        "path": ["terms", "milestones"],
        "problems": [{"path": ["terms", "milestones"]}],
    }
    wrong = await preview(person, 0, TERMS | {"upfrontBps": 5}, days=0)
    assert [problem["path"] for problem in wrong["problems"]] == [
        ["budget", "amountMinor"],
        ["deliveryDays"],
        ["terms", "upfrontBps"],
    ]
    malformed = await preview(person, 5, TERMS, startOn="soon")
    assert (malformed["code"], malformed["path"]) == ("INVALID", ["startOn"])


async def test_days_are_estimated_as_hours_and_an_amount_as_a_rate(world: World) -> None:
    person = await world.freelancer_side()
    found = (await person.ask(ESTIMATE, days=10, amount=eur(64_000)))["estimateDuration"]
    assert found == {"workDays": 8, "hours": 64, "impliedHourlyRate": {"amountMinor": "1000"}}
    assert (await person.ask(ESTIMATE, days=7))["estimateDuration"]["impliedHourlyRate"] is None
    with pytest.raises(Faulted) as fault:
        await person.ask(ESTIMATE, days=0)
    assert fault.value.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_previews_and_estimates_are_for_whoever_is_signed_in(world: World) -> None:
    for query in (
        "{ estimateDuration(days: 1) { hours } }",
        '{ previewPlan(budget: {amountMinor: 5, currency: "EUR"}, terms: {invoicingMethod: MILESTONE,'
        " fundingMode: DIRECT}) { __typename } }",
    ):
        body = await world.client.post(query)
        assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
