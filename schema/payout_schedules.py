"""Payout schedules as clients see and set them."""

from datetime import date, datetime

import strawberry

from domain import payout_schedules as domain
from domain.payout_schedules import OccurrenceOutcome, PayoutFrequency, Weekday
from domain.permissions import Permission
from resolvers import ledger
from resolvers import payout_schedules as resolve
from schema.connections import connection, one
from schema.enums import describe
from schema.inputs import optional, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.payouts import Payout
from schema.scalars import Currency
from schema.shapes import Node, plain, shows
from schema.users import User

describe(
    PayoutFrequency,
    "How often a wallet is paid out by itself.",
    NONE="Never: payouts are asked for.",
    WEEKLY="On one day of each week.",
    MONTHLY="On one day of each month; in months that are too short on their last day.",
)
describe(Weekday, "A day of the week.", **{day.name: f"{day.name.capitalize()}." for day in Weekday})
describe(
    OccurrenceOutcome,
    "What came of a scheduled day.",
    REQUESTED="A payout of all that was available.",
    BELOW_THRESHOLD="Nothing: less than the threshold was available.",
    NO_METHOD="Nothing: there was no verified default payout method.",
)


@shows(domain.PayoutOccurrence, "A scheduled day that has come. Each comes once.")
class PayoutOccurrence:
    due_on: date = plain("The day.")
    outcome: OccurrenceOutcome = plain("What came of it.")
    payout: Payout | None = one(resolve.PAYOUT, Payout, "The payout, where there is one.")
    at: datetime = plain("When it was done.")


@shows(domain.PayoutSchedule, "When a wallet is paid out by itself, whole, to the default payout method.")
class PayoutSchedule(Node):
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose wallet.", required=True)
    currency: Currency = plain("Which of its wallets.")
    frequency: PayoutFrequency = plain("How often.")
    weekday: Weekday | None = plain("WEEKLY: on which day.")
    day: int | None = plain("MONTHLY: on which day of the month, 1 to 31.")
    threshold: Money = plain("The least that is available for a payout to be made.")
    time_zone: str = plain("Whose days: the organization's time zone when it was set.")
    next_on: date | None = plain("The next day; null for NONE.")
    next_at: datetime | None = plain("When that day begins.")
    set_by: User | None = one(resolve.SET_BY, User, "Who set it, for those who may know them.")
    version: int = plain("Counts its changes, from 1.")
    occurrences = connection(resolve.OCCURRENCES, PayoutOccurrence, "The days that have come, newest first.")


@strawberry.input(description="Conditions on payout schedules; all given ones must hold.")
class PayoutScheduleFilter:
    currency: Currency | None = optional(Currency, "Of the wallet in this currency.")


@strawberry.type
class PayoutScheduleQueries:
    payout_schedules = connection(
        resolve.LIST,
        PayoutSchedule,
        "The payout schedules of your organization, by currency. Needs money:read; staff:money sees those of all.",
        filter=PayoutScheduleFilter,
        needs=ledger.READERS,
    )


@strawberry.type
class PayoutScheduleMutations:
    set_payout_schedule = mutation(
        resolve.set_payout_schedule,
        "Sets when one of your wallets is paid out by itself: at the beginning of the day, in your organization's time"
        " zone, all that is available goes to the default payout method, if it reaches the threshold. Such a payout"
        " waits for a second person and for staff as any other. NONE ends it.",
        needs=Permission.MONEY_MOVE,
        takes={
            "currency": value(Currency, "Which wallet."),
            "frequency": value(PayoutFrequency, "How often."),
            "weekday": optional(Weekday, "WEEKLY: on which day."),
            "day": optional(int, "MONTHLY: on which day of the month, 1 to 31."),
            "threshold": optional(MoneyInput, "The least to pay out; 10.00 (1000 of the minor unit) unless said."),
        },
        gives={"schedule": (PayoutSchedule, "The schedule as it is now.")},
    )
