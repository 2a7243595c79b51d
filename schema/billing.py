"""What the API has of billing: catalogues, entitlements and figures, put together for its roots."""

import strawberry

from schema.billing_metrics import BillingMetricsQueries
from schema.billing_reconciliations import BillingReconciliationMutations, BillingReconciliationQueries
from schema.contracts import ContractMutations, ContractQueries
from schema.entitlement_grants import EntitlementGrantMutations, EntitlementGrantQueries
from schema.entitlements import EntitlementQueries, QuotaMutations
from schema.features import FeatureMutations, FeatureQueries
from schema.meters import MeterMutations, MeterQueries
from schema.owed_charges import OwedChargeMutations, OwedChargeQueries
from schema.portal_sessions import PortalSessionMutations
from schema.price_experiments import PriceExperimentMutations, PriceExperimentQueries
from schema.prices import PriceMutations, PriceQueries
from schema.products import ProductMutations, ProductQueries
from schema.seat_assignments import SeatMutations
from schema.subscription_changes import SubscriptionChangeMutations, SubscriptionChangeQueries
from schema.subscription_plans import SubscriptionPlanMutations, SubscriptionPlanQueries
from schema.subscriptions import SubscriptionMutations, SubscriptionQueries
from schema.usage import UsageMutations, UsageQueries


@strawberry.type
class BillingQueries(
    FeatureQueries,
    ProductQueries,
    SubscriptionPlanQueries,
    PriceQueries,
    MeterQueries,
    UsageQueries,
    PriceExperimentQueries,
    SubscriptionQueries,
    SubscriptionChangeQueries,
    ContractQueries,
    OwedChargeQueries,
    EntitlementQueries,
    EntitlementGrantQueries,
    BillingMetricsQueries,
    BillingReconciliationQueries,
):
    pass


@strawberry.type
class BillingMutations(
    FeatureMutations,
    ProductMutations,
    SubscriptionPlanMutations,
    PriceMutations,
    MeterMutations,
    UsageMutations,
    PriceExperimentMutations,
    SubscriptionMutations,
    PortalSessionMutations,
    SubscriptionChangeMutations,
    SeatMutations,
    ContractMutations,
    OwedChargeMutations,
    QuotaMutations,
    EntitlementGrantMutations,
    BillingReconciliationMutations,
):
    pass
