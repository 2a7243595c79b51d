"""The order of locks that docs/architecture.md writes down, watched while whole stories are played."""

from collections.abc import Awaitable, Callable

import pytest

from tests.api import (
    test_apps,
    test_chargebacks,
    test_cross_app_sessions,
    test_escrow,
    test_escrow_rulings,
    test_impersonations,
    test_organization_endings,
    test_payouts,
    test_profiles,
    test_refunds,
)
from tests.billing import (
    test_change_credits,
    test_changing_subscriptions,
    test_contracts,
    test_invoiced_subscriptions,
    test_owed_charges,
    test_sale_refunds,
    test_sales,
    test_seats,
    test_subscribing,
    test_subscription_api,
    test_subscriptions,
    test_usage_closing,
    test_waived_periods,
    test_while_a_period_is_paid,
)
from tests.credits import test_codes, test_money_back, test_spending, test_transfers
from tests.lock_order import watched
from tests.stories import test_escrow as escrow_stories
from tests.stories import test_work as work_stories
from tests.world import World

STORIES: list[Callable[[World], Awaitable[None]]] = [
    work_stories.test_an_interim_invoice_takes_its_part_from_the_final_one,
    escrow_stories.test_a_milestone_is_funded_worked_on_approved_and_paid_from_its_hold,
    test_escrow.test_released_and_given_back_at_once_only_one_of_them_happens,
    test_escrow_rulings.test_a_ruling_over_the_threshold_waits_for_another_member_of_staff,
    test_refunds.test_from_the_threshold_on_a_second_person_of_the_issuer_agrees,
    test_payouts.test_what_was_not_sent_can_be_taken_back,
    test_money_back.test_credits_rule_13_spent_credits_keep_a_refund_back_unless_staff_book_a_debt,
    test_money_back.test_credits_rule_14_a_lost_chargeback_takes_other_paid_credits_and_then_books_a_debt,
    test_codes.test_credits_rule_17_the_use_of_a_code_comes_back_when_the_purchase_comes_to_nothing,
    test_chargebacks.test_a_lost_chargeback_takes_what_was_held_and_gives_the_fee_back,
    test_sales.test_a_verified_payment_opens_and_pays_the_invoice_and_grants_what_was_bought,
    test_sales.test_what_nobody_pays_within_the_hour_ends,
    test_sale_refunds.test_billing_example_2_refund,
    test_sale_refunds.test_a_dispute_about_what_was_partly_refunded_takes_the_rest_and_leaves_a_debt,
    test_subscriptions.test_billing_example_8_dunning,
    test_subscription_api.test_what_is_ended_now_gives_nothing_back_unless_staff_say_so,
    test_subscription_api.test_paying_what_is_owed_starts_a_new_period_from_then_on,
    test_waived_periods.test_a_subscription_goes_on_in_a_period_that_is_waived,
    test_invoiced_subscriptions.test_an_overdue_invoice_ends_access_after_the_days_of_grace_and_is_recovered,
    test_invoiced_subscriptions.test_a_waived_invoice_is_void_and_the_subscription_catches_up,
    test_change_credits.test_billing_example_5_proration_adds_203_credits_once_it_is_paid,
    test_changing_subscriptions.test_a_change_that_waits_for_its_payer_ends_with_the_period_it_was_computed_for,
    test_contracts.test_billing_rule_19_an_early_end_is_charged_and_ends_the_subscription_with_its_period,
    test_contracts.test_billing_rule_19_a_contract_with_somebody_who_has_not_paid_ends_at_once,
    test_while_a_period_is_paid.test_what_is_cancelled_meanwhile_ends_with_the_period_that_is_being_paid,
    test_subscribing.test_billing_invariant_1_whoever_pays_two_checkouts_gets_one_plan_and_the_rest_back,
    test_owed_charges.test_what_the_customer_tries_uses_up_no_try_and_is_paid_once,
    test_owed_charges.test_it_is_tried_again_like_a_period_and_told_of_each_time,
    test_usage_closing.test_what_the_last_period_has_used_is_charged_by_itself_a_day_after_the_end,
    test_usage_closing.test_what_a_period_that_nobody_paid_was_to_pay_is_owed_when_the_subscription_ends,
    test_seats.test_billing_rule_18_seats_in_use_cannot_be_given_up,
    test_sale_refunds.test_money_that_comes_after_the_sale_has_ended_goes_back,
    test_organization_endings.test_a_closed_organization_reads_and_does_nothing_else,
    test_profiles.test_whoever_leaves_is_out_and_no_member_any_more,
    test_impersonations.test_it_ends_by_itself_after_its_time_and_with_its_session,
    test_spending.test_a_hold_is_captured_in_part_by_whoever_made_it,
    test_spending.test_lots_expire_on_their_instant_whether_or_not_anybody_looks,
    test_transfers.test_above_five_thousand_a_second_member_agrees_first,
    test_apps.test_a_revoked_app_leaves_no_installation_and_no_key,
    test_cross_app_sessions.test_many_sign_ins_of_one_person_at_once_leave_one_active_session,
    test_cross_app_sessions.test_a_refresh_gives_another_pair_with_the_rights_of_the_moment,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_locks_are_taken_in_their_order(world: World, story: Callable[[World], Awaitable[None]]) -> None:
    with watched(world.database.engine) as mistakes:
        await story(world)
    assert sorted(set(mistakes)) == []
