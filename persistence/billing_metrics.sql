-- revenue
-- What each month has moved: $1 the months' beginnings and the last one's end, $2 the catalogue, $3 the currency,
-- $4 how many parts a minor unit has.
WITH instants AS (
    SELECT at, n FROM unnest($1::timestamptz[]) WITH ORDINALITY AS given (at, n)
),
paid AS (
    SELECT organization_id, since, until, currency, parts
    FROM (
        SELECT organization_id, currency, status, since,
            lead(since, 1, 'infinity') OVER (PARTITION BY subscription_id ORDER BY since, id) AS until,
            monthly_numerator::numeric * ($4::integer / monthly_denominator) AS parts
        FROM subscription_standings WHERE app_id IS NOT DISTINCT FROM $2::uuid
    ) standings
    WHERE status IN ('ACTIVE', 'PAST_DUE') AND parts > 0 AND since < until
),
first_paid AS (
    SELECT organization_id, min(since) AS at FROM paid GROUP BY organization_id
),
worth AS (
    SELECT n, organization_id, sum(parts) AS parts
    FROM instants JOIN paid ON paid.since < instants.at AND paid.until >= instants.at AND currency = $3::text
    GROUP BY n, organization_id
),
changes AS (
    SELECT n, organization_id,
        coalesce(earlier.parts, 0) AS before, coalesce(later.parts, 0) AS after
    FROM worth later FULL JOIN (SELECT n + 1 AS n, organization_id, parts FROM worth) earlier USING (n, organization_id)
)
SELECT n,
    coalesce(sum(before), 0) AS before,
    coalesce(sum(after) FILTER (WHERE before = 0 AND first_paid.at >= begins.at), 0) AS new,
    coalesce(sum(after - before) FILTER (WHERE before > 0 AND after > before), 0) AS expansion,
    coalesce(sum(after - before) FILTER (WHERE after > 0 AND after < before), 0) AS contraction,
    coalesce(sum(-before) FILTER (WHERE after = 0), 0) AS churn,
    coalesce(sum(after) FILTER (WHERE before = 0 AND first_paid.at < begins.at), 0) AS reactivation,
    count(*) FILTER (WHERE before > 0) AS paying_before,
    count(*) FILTER (WHERE after > 0) AS paying_after,
    count(*) FILTER (WHERE before > 0 AND after = 0) AS lost
FROM changes
JOIN first_paid USING (organization_id)
JOIN (SELECT n + 1 AS n, at FROM instants) begins USING (n)
WHERE n <= cardinality($1::timestamptz[])
GROUP BY n

-- cohorts
-- Who first paid for which of the months, and how many of them still pay at each later end: $1 and $2 as above.
WITH instants AS (
    SELECT at, n FROM unnest($1::timestamptz[]) WITH ORDINALITY AS given (at, n)
),
first_paid AS (
    SELECT p.organization_id, min(p.period_start) AS at
    FROM subscription_periods p JOIN billing_subscriptions b ON b.id = p.subscription_id
    WHERE p.paid_at IS NOT NULL AND p.amount_minor > 0 AND b.app_id IS NOT DISTINCT FROM $2::uuid
    GROUP BY p.organization_id
),
cohorts AS (
    SELECT begins.n, first_paid.organization_id
    FROM first_paid
    JOIN instants begins ON begins.at <= first_paid.at
    JOIN instants ends ON ends.n = begins.n + 1 AND ends.at > first_paid.at
),
paying AS (
    SELECT DISTINCT n, organization_id
    FROM (
        SELECT organization_id, status, since, monthly_numerator,
            lead(since, 1, 'infinity') OVER (PARTITION BY subscription_id ORDER BY since, id) AS until
        FROM subscription_standings WHERE app_id IS NOT DISTINCT FROM $2::uuid
    ) standings
    JOIN instants ON since < instants.at AND until >= instants.at
    WHERE status IN ('ACTIVE', 'PAST_DUE') AND monthly_numerator > 0
)
SELECT cohorts.n AS cohort, ends.n - cohorts.n - 1 AS later, count(*) AS organizations,
    count(paying.organization_id) AS still_paying
FROM cohorts
JOIN instants ends ON ends.n > cohorts.n
LEFT JOIN paying ON paying.n = ends.n AND paying.organization_id = cohorts.organization_id
GROUP BY cohort, later
ORDER BY cohort, later

-- trials
-- The trials that ended from $1 on and before $3, and those of them that were paid for in time ($4).
WITH ended AS (
    SELECT id, least(trial_ends_at, canceled_at) AS at FROM billing_subscriptions
    WHERE trial_ends_at IS NOT NULL AND app_id IS NOT DISTINCT FROM $2::uuid
)
SELECT count(*) AS ended, count(*) FILTER (WHERE EXISTS (
    SELECT FROM subscription_periods p
    WHERE p.subscription_id = ended.id AND p.amount_minor > 0 AND p.paid_at <= ended.at + $4::interval
)) AS converted
FROM ended WHERE at >= $1::timestamptz AND at < $3::timestamptz
