"""Which domain class is which table, of what Milepost and its apps sell: catalogues, subscriptions, credits."""

from domain.app_credit_budgets import AppCreditBudget
from domain.billing_customers import BillingCustomer
from domain.billing_reconciliations import ReconciliationRun
from domain.billing_subscriptions import BillingSubscription
from domain.checkout_sessions import CheckoutSession
from domain.contracts import Contract
from domain.credit_accounts import CreditAccount
from domain.credit_adjustments import CreditAdjustment
from domain.credit_disputes import CreditDispute
from domain.credit_lots import CreditLot
from domain.credit_packages import CreditPackage
from domain.credit_prices import CreditUnitPrice
from domain.credit_promotions import CreditPromotion
from domain.credit_purchases import CreditPurchase
from domain.credit_summaries import CreditSummary
from domain.credit_tariffs import CreditTariff
from domain.credit_transactions import CreditConsumption, CreditTransaction
from domain.dunning import DunningAttempt
from domain.entitlement_grants import EntitlementGrant
from domain.feature_promotions import FeaturePromotion
from domain.features import Feature
from domain.meters import Meter
from domain.portal_sessions import PortalSession
from domain.price_experiments import ExperimentAssignment, PriceExperiment
from domain.prices import Price
from domain.products import Product, ProductFeature
from domain.promotion_redemptions import PromotionRedemption
from domain.proration_lines import ProrationLine
from domain.purchases import Purchase
from domain.reconciliation_findings import ReconciliationFinding
from domain.sales import Sale
from domain.scheduled_changes import ScheduledChange
from domain.seat_assignments import SeatAssignment
from domain.subscription_items import SubscriptionItem
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_plans import Plan
from domain.subscription_standings import SubscriptionStanding
from domain.usage_events import UsageEvent
from persistence.tables import (
    catalogue,
    checkouts,
    credit_control,
    credit_sales,
    credits,
    entitlements,
    experiments,
    mirrored,
    sales,
    subscription_changes,
    subscriptions,
    usage,
)

BILLING_PLAIN = {
    CreditConsumption: credits.credit_consumptions,
    CreditTariff: credit_control.credit_tariffs,
    CreditSummary: credit_control.credit_summaries,
    ProductFeature: catalogue.product_features,
    UsageEvent: usage.usage_events,
    ExperimentAssignment: experiments.experiment_assignments,
    PortalSession: checkouts.portal_sessions,
    SubscriptionItem: subscriptions.subscription_items,
    DunningAttempt: subscriptions.dunning_attempts,
    SubscriptionStanding: subscriptions.subscription_standings,
    ProrationLine: subscription_changes.proration_lines,
    BillingCustomer: mirrored.billing_customers,
    ReconciliationFinding: mirrored.reconciliation_findings,
}

BILLING_VERSIONED = {
    Feature: catalogue.features,
    Product: catalogue.products,
    Plan: catalogue.plans,
    Price: catalogue.prices,
    Meter: usage.meters,
    PriceExperiment: experiments.price_experiments,
    Sale: sales.sales,
    CheckoutSession: checkouts.checkout_sessions,
    Purchase: checkouts.purchases,
    EntitlementGrant: entitlements.entitlement_grants,
    FeaturePromotion: entitlements.feature_promotions,
    CreditAccount: credits.credit_accounts,
    CreditLot: credits.credit_lots,
    CreditPackage: credit_sales.credit_packages,
    CreditUnitPrice: credit_sales.credit_unit_prices,
    CreditPromotion: credit_sales.credit_promotions,
    PromotionRedemption: credit_sales.promotion_redemptions,
    CreditPurchase: credit_sales.credit_purchases,
    CreditTransaction: credits.credit_transactions,
    AppCreditBudget: credit_control.app_credit_budgets,
    CreditDispute: credit_control.credit_disputes,
    CreditAdjustment: credit_control.credit_adjustments,
    BillingSubscription: subscriptions.billing_subscriptions,
    SubscriptionPeriod: subscriptions.subscription_periods,
    ScheduledChange: subscription_changes.scheduled_changes,
    SeatAssignment: subscription_changes.seat_assignments,
    Contract: subscription_changes.contracts,
    ReconciliationRun: mirrored.reconciliation_runs,
}
