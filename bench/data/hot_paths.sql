-- What the hot paths ask about: a limit that everybody was granted and has used a part of, and a meter.

INSERT INTO entitlement_grants (id, organization_id, feature_id, value, reason_kind, reason, starts_at, version, created_at,
    updated_at)
SELECT gen_random_uuid(), o.id, f.id, 50, 'TEST', 'For the bench', '2024-01-01Z', 1, '2024-01-01Z', '2024-01-01Z'
FROM organizations o, features f WHERE f.code = 'proposals.monthly' AND f.app_id IS NULL;

INSERT INTO quota_counters (id, organization_id, feature_id, window_starts_at, used, updated_at)
SELECT gen_random_uuid(), organization_id, feature_id, date_trunc('month', now(), 'UTC'), 7, now() FROM entitlement_grants;

INSERT INTO meters (id, code, aggregation, version, created_at, updated_at)
VALUES (gen_random_uuid(), 'calls', 'SUM', 1, '2024-01-01Z', '2024-01-01Z');
