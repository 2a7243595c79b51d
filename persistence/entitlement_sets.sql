-- All that gives features of one catalogue to one organization, at any time, and the versions that this is known by.
-- $1 the organization, $2 the app whose catalogue it is; none for Milepost's own. One statement sees one moment.
-- The plan of rank 0 in Milepost's own catalogue, the free one, is everybody's as it is now, without a subscription.
SELECT
    organization.kind,
    coalesce((
        SELECT version FROM entitlement_versions
        WHERE organization_id = organization.id AND app_id IS NOT DISTINCT FROM $2::uuid
    ), 0),
    coalesce((
        SELECT version FROM entitlement_versions
        WHERE organization_id IS NULL AND app_id IS NOT DISTINCT FROM $2::uuid
    ), 0),
    (
        SELECT json_agg(found)::text FROM (
            SELECT id, code, kind, reset FROM features
            WHERE app_id IS NOT DISTINCT FROM $2::uuid ORDER BY code
        ) AS found
    ),
    (
        SELECT json_agg(found)::text FROM (
            SELECT
                subscription.id, subscription.status, subscription.features, subscription.trial_ends_at,
                coalesce(subscription.current_period_start, subscription.created_at) AS starts_at,
                subscription.current_period_end AS period_ends_at,
                least(subscription.cancel_at, subscription.pause_at, subscription.canceled_at) AS ends_at,
                subscription.past_due_at, subscription.grace_days,
                subscription.period_number IS NOT NULL AS was_paid,
                coalesce(
                    period.status = 'REFUNDED' OR period.is_suspended OR sale.is_disputed
                    OR sale.status IN ('REFUNDED', 'CHARGED_BACK')
                    OR (product.revoke_on_partial_refund AND sale.refunded_minor > 0),
                    false
                ) AS is_taken_back,
                CASE WHEN EXISTS (
                    SELECT FROM subscription_items AS item JOIN prices ON prices.id = item.price_id
                    WHERE item.subscription_id = subscription.id AND prices.model = 'PER_SEAT' AND NOT item.is_metered
                ) THEN (
                    SELECT coalesce(json_agg(user_id), '[]') FROM seat_assignments AS seat
                    WHERE seat.subscription_id = subscription.id AND seat.released_at IS NULL
                ) END AS seats
            FROM billing_subscriptions AS subscription
            JOIN products AS product ON product.id = subscription.product_id
            LEFT JOIN subscription_periods AS period
                ON period.subscription_id = subscription.id AND period.period_start = subscription.current_period_start
            LEFT JOIN sales AS sale ON sale.id = period.sale_id
            WHERE subscription.organization_id = organization.id
                AND subscription.app_id IS NOT DISTINCT FROM $2::uuid
                AND subscription.status NOT IN ('INCOMPLETE', 'INCOMPLETE_EXPIRED')
        ) AS found
    ),
    (
        SELECT json_agg(found)::text FROM (
            SELECT id, features, starts_at, ends_at, is_disputed OR revoked_at IS NOT NULL AS is_taken_back
            FROM purchases
            WHERE organization_id = organization.id AND app_id IS NOT DISTINCT FROM $2::uuid AND starts_at IS NOT NULL
        ) AS found
    ),
    (
        SELECT json_agg(found)::text FROM (
            SELECT id, feature_id, value, starts_at, ends_at, revoked_at
            FROM entitlement_grants
            WHERE organization_id = organization.id AND app_id IS NOT DISTINCT FROM $2::uuid
        ) AS found
    ),
    (
        SELECT json_agg(found)::text FROM (
            SELECT id, feature_id, value, starts_at, ends_at, ended_at
            FROM feature_promotions
            WHERE app_id IS NOT DISTINCT FROM $2::uuid
                AND (organization.kind = ANY (kinds) OR organization.id = ANY (organization_ids))
        ) AS found
    ),
    (
        SELECT json_agg(found)::text FROM (
            SELECT
                product.id, organization.created_at AS starts_at,
                (
                    SELECT coalesce(json_agg(given), '[]') FROM (
                        SELECT feature_id AS "featureId", value, mode FROM product_features WHERE product_id = product.id
                    ) AS given
                ) AS features
            FROM plans AS plan
            JOIN products AS product ON product.id = plan.product_id
            WHERE $2::uuid IS NULL AND plan.app_id IS NULL AND plan.product_kind = 'PLAN' AND plan.rank = 0
                AND product.status = 'ACTIVE'
        ) AS found
    )
FROM organizations AS organization
WHERE organization.id = $1
