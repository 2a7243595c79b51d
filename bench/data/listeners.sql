-- So many more members of each of the first organizations that have invoices, all with the same rights and signed in:
-- 'bench-live-1-17' is the token of the seventeenth of the second organization.

CREATE TEMP TABLE followed AS
SELECT (row_number() OVER (ORDER BY organization_id)) - 1 AS place, organization_id, invoice_id, version
FROM (
    SELECT DISTINCT ON (organization_id) organization_id, invoice_id, version
    FROM (
        SELECT issuer_id AS organization_id, id AS invoice_id, version, number FROM invoices WHERE recipient_id IS NOT NULL
        UNION ALL
        SELECT recipient_id, id, version, number FROM invoices
    ) AS sides
    WHERE organization_id IS NOT NULL AND number IS NOT NULL
    ORDER BY organization_id, invoice_id
) AS of_organizations
ORDER BY organization_id LIMIT current_setting('bench.organizations')::int;

CREATE TEMP TABLE listeners AS
SELECT place, number, organization_id, gen_random_uuid() AS user_id, 'listener-' || place || '-' || number AS name
FROM followed, generate_series(0, current_setting('bench.listeners')::int - 1) number;

INSERT INTO users (id, email, email_verified_at, display_name, locale, time_zone, password_hash, password_changed_at,
    status, version, created_at, updated_at)
SELECT user_id, name || '@bench.example', now(), name, 'en', 'Europe/Skopje', 'nobody signs in by password', now(),
    'ACTIVE', 1, now(), now()
FROM listeners;

INSERT INTO memberships (id, user_id, organization_id, role, status, version, created_at, updated_at)
SELECT gen_random_uuid(), user_id, organization_id, 'ADMIN', 'ACTIVE', 1, now(), now() FROM listeners;

INSERT INTO sessions (id, user_id, active_organization_id, token_hash, ip, user_agent, kind, auth_level,
    created_at, token_expires_at, last_seen_at, idle_expires_at, expires_at)
SELECT gen_random_uuid(), user_id, organization_id,
    sha256(convert_to('bench-live-' || place || '-' || number, 'UTF8')), '127.0.0.1', 'bench', 'BROWSER', 'MFA',
    now(), now() + interval '30 days', now() + interval '1 day', now() + interval '2 days', now() + interval '30 days'
FROM listeners;
