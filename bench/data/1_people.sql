-- Clients and freelancers in equal number, one owner each; a hundredth as many of both as there are gigs.

-- Ids of version 7, readable and the same in every run: the instant, the kind of row, its number.
CREATE FUNCTION pg_temp.id_of(kind int, number bigint, at timestamptz DEFAULT '2024-01-01Z') RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(kind), 3, '0')
        || '8' || lpad(to_hex(number), 15, '0'))::uuid
$$;

CREATE TEMP TABLE parties AS
SELECT side, number, pg_temp.id_of(1 + side, number) AS organization_id, pg_temp.id_of(3 + side, number) AS user_id,
    pg_temp.id_of(5 + side, number) AS membership_id, pg_temp.id_of(7, number) AS method_id,
    (ARRAY['Client', 'Freelancer'])[side + 1] || ' ' || number AS name, timestamptz '2024-01-01Z' AS joined_at
FROM generate_series(0, 1) side,
    generate_series(0, greatest(2, current_setting('bench.gigs')::int / 100) - 1) number;

INSERT INTO organizations (id, kind, name, time_zone, billing_email, requires_two_factor, status, version,
    created_at, updated_at)
SELECT organization_id, (ARRAY['CLIENT', 'FREELANCER'])[side + 1], name, 'Europe/Skopje',
    replace(lower(name), ' ', '.') || '@bench.example', false, 'ACTIVE', 1, joined_at, joined_at
FROM parties;

INSERT INTO users (id, email, email_verified_at, display_name, locale, time_zone, password_hash, password_changed_at,
    status, version, created_at, updated_at)
SELECT user_id, replace(lower(name), ' ', '.') || '@bench.example', joined_at, 'Owner of ' || name, 'en', 'Europe/Skopje',
    'nobody signs in by password', joined_at, 'ACTIVE', 1, joined_at, joined_at
FROM parties;

INSERT INTO memberships (id, user_id, organization_id, role, status, version, created_at, updated_at)
SELECT membership_id, user_id, organization_id, 'OWNER', 'ACTIVE', 1, joined_at, joined_at FROM parties;
