"""Parked and suspended organizations: which of what is about money stands still, and what goes on."""

STANDS_STILL = frozenset(
    {
        "fundMilestone",
        "releaseEscrow",
        "refundEscrow",
        "refundPayment",
        "createCheckoutSession",
        "refundPurchase",
        "requestPayout",
        "setPayoutSchedule",
        "convertWallet",
        "resumeCollection",
        "requestInterimInvoice",
        "openInvoice",
        "capturePayment",
        "voidInvoice",
        "issueCreditNote",
        "voidCreditNote",
        "markUncollectible",
        "writeOffRemainder",
        "recordPayment",
        "removeRecordedPayment",
        "acceptChargeback",
        "purchaseCredits",
        "spendCredits",
        "holdCredits",
        "captureCredits",
        "approve",
    }
)
"""The mutations that a parked organization cannot make: those that move its money or change its books."""

PAYS_OWED = frozenset({"resumeCollection"})
"""Those of them that a suspended organization can make: they pay what it owes."""

GOES_ON = frozenset(
    {
        "payInvoice",
        "applyCustomerCredit",
        "cancelPayment",
        "cancelPayout",
        "cancelRefund",
        "addPaymentMethod",
        "setDefaultMethod",
        "detachMethod",
        "addPayoutMethod",
        "startPayoutOnboarding",
        "refreshPayoutMethod",
        "setDefaultPayoutMethod",
        "detachPayoutMethod",
        "quoteConversion",
        "createInvoice",
        "updateInvoice",
        "deleteInvoice",
        "duplicateInvoice",
        "createCreditNote",
        "sendInvoiceReminder",
        "upsertCustomer",
        "createTaxType",
        "retireTaxType",
        "submitChargebackEvidence",
        "reject",
        "cancelApproval",
        "upsertReleasePolicy",
        "simulatePaymentAction",
        "simulateChargeback",
        "decideSimulatedChargeback",
        "simulatePayoutReturn",
        "simulateWebhook",
        "cancelCreditPurchase",
        "redeemPromotion",
        "releaseCredits",
    }
)
"""Those about money that it can make all the same: paying what it owes, taking back what is not sent, preparing."""
