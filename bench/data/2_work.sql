-- A project for each gig, with four milestones of three tasks each. Three projects of five are completed; of the others
-- two milestones are approved and the third is worked on. Evenly spread over 700 days.

CREATE TEMP TABLE works AS
WITH sizes AS (
    SELECT current_setting('bench.gigs')::int AS gigs, count(*) / 2 AS parties FROM parties
), numbered AS (
    SELECT i, parties, i % parties AS client, (i / parties + i) % parties AS freelancer, i % 5 < 3 AS is_done,
        i % 4 = 0 AS has_seats_left, timestamptz '2024-01-01Z' + i * (interval '700 days' / gigs) AS at
    FROM sizes, generate_series(0, gigs - 1) i
)
SELECT i, is_done, has_seats_left, at, client * parties + freelancer AS pair,
    c.organization_id AS client_id, f.organization_id AS freelancer_id, c.membership_id AS client_contact_id,
    f.membership_id AS worker_id, c.user_id AS client_user_id, f.user_id AS freelancer_user_id, c.method_id,
    pg_temp.id_of(8, i, at) AS gig_id, pg_temp.id_of(9, i, at) AS proposal_id, pg_temp.id_of(10, i, at) AS project_id,
    (ARRAY['A website', 'A shop', 'A logo', 'An app', 'A translation'])[i % 5 + 1] || ' for '
        || (ARRAY['a bakery', 'a museum', 'two florists', 'a "quick" courier'])[i % 4 + 1] || ', no. ' || i AS title,
    (ARRAY['DONE', 'ACTIVE'])[2 - is_done::int] AS state, 50000 + (i * 37 % 1000) * 1000 AS first_minor
FROM numbered JOIN parties c ON c.side = 0 AND c.number = client JOIN parties f ON f.side = 1 AND f.number = freelancer;

CREATE TEMP TABLE stages AS
SELECT w.*, m, i * 4 + m AS stage, pg_temp.id_of(11, i * 4 + m, at) AS milestone_id,
    first_minor + m * 10000 AS amount_minor, is_done OR m < 2 AS is_approved, NOT is_done AND m = 2 AS is_current,
    at + (m + 1) * interval '5 days' AS approved_at, (ARRAY['Design', 'Pages', 'Content', 'Launch'])[m + 1] AS stage_title
FROM works w, generate_series(0, 3) m;
ANALYZE works, stages;

CREATE TEMP TABLE agreed AS
SELECT i, sum(amount_minor) AS budget_minor, jsonb_build_object(
    'invoicing_method', 'MILESTONE', 'funding_mode', 'DIRECT', 'auto_approve_milestones', NULL, 'upfront_bps', 0,
    'auto_approve_after_days', 14, 'milestones', jsonb_agg(jsonb_build_object(
        'title', stage_title, 'description', '', 'duration_days', NULL,
        'amount', jsonb_build_object('amount_minor', amount_minor, 'currency', 'EUR'),
        'tasks', '[{"title": "Draft", "description": ""}, {"title": "Build", "description": ""},
            {"title": "Check", "description": ""}]'::jsonb) ORDER BY m)) AS terms
FROM stages GROUP BY i;

INSERT INTO gigs (id, organization_id, title, description, skills, tools, tags, visibility, priority, pricing, currency,
    budget_min_minor, budget_max_minor, delivery_days, time_zone, seats, accepted_seats, published_at, terms,
    terms_version, status, version, created_at, updated_at)
SELECT gig_id, client_id, title, 'What is wanted, in a sentence or two: ' || title || '.', '{HTML,CSS}', '{}', '{web}',
    'PUBLIC', 'NORMAL', 'FIXED', 'EUR', budget_minor / 2, budget_minor, 30, 'Europe/Skopje', 1 + has_seats_left::int, 1,
    at, terms, 1, CASE WHEN has_seats_left THEN 'OPEN' ELSE 'FILLED' END, 2, at, at
FROM works JOIN agreed USING (i) ORDER BY i;

INSERT INTO proposals (id, gig_id, client_organization_id, freelancer_organization_id, origin, currency, amount_minor,
    delivery_days, terms, gig_terms_version, cover_letter, links, submitted_at, seat_no, status, version, created_at,
    updated_at)
SELECT proposal_id, gig_id, client_id, freelancer_id, 'PROPOSAL', 'EUR', budget_minor, 30, terms, 1, 'I have done this.',
    '{}', at, 1, 'ACCEPTED', 3, at, at
FROM works JOIN agreed USING (i) ORDER BY i;

INSERT INTO projects (id, gig_id, proposal_id, client_organization_id, freelancer_organization_id, client_contact_id,
    team, title, currency, budget_minor, reduction_minor, upfront_minor, terms, delivery_days, time_zone, due_on,
    activated_at, held_by_freelancer, completed_at, status, version, created_at, updated_at)
SELECT project_id, gig_id, proposal_id, client_id, freelancer_id, client_contact_id, ARRAY[worker_id], title, 'EUR',
    budget_minor, 0, 0, terms, 30, 'Europe/Skopje', (at AT TIME ZONE 'UTC')::date + 30, at, false,
    CASE WHEN is_done THEN at + interval '20 days' END, CASE WHEN is_done THEN 'COMPLETED' ELSE 'ACTIVE' END, 3, at, at
FROM works JOIN agreed USING (i) ORDER BY i;

INSERT INTO milestones (id, project_id, client_organization_id, freelancer_organization_id, position, title, description,
    currency, quoted_minor, amount_minor, due_on, funding_status, submitted_at, approved_at, approved_via, is_frozen,
    status, version, created_at, updated_at)
SELECT milestone_id, project_id, client_id, freelancer_id, m + 1, stage_title, 'Stage ' || m + 1 || ' of ' || title, 'EUR',
    amount_minor, amount_minor, (approved_at AT TIME ZONE 'UTC')::date, 'NOT_REQUIRED',
    CASE WHEN is_approved THEN approved_at END, CASE WHEN is_approved THEN approved_at END,
    CASE WHEN is_approved THEN 'CLIENT' END, false,
    CASE WHEN is_approved THEN 'APPROVED' WHEN is_current THEN 'IN_PROGRESS' ELSE 'PLANNED' END, 3, at, at
FROM stages ORDER BY stage;

INSERT INTO tasks (id, milestone_id, project_id, client_organization_id, freelancer_organization_id, position, title,
    description, is_agreed, assignee_id, due_on, revision, change_request_count, approved_by, approved_at, status,
    version, created_at, updated_at)
SELECT pg_temp.id_of(12, stage * 3 + t, at), milestone_id, project_id, client_id, freelancer_id, t + 1,
    (ARRAY['Draft', 'Build', 'Check'])[t + 1], '', true, worker_id, (approved_at AT TIME ZONE 'UTC')::date - 2 + t,
    is_approved::int, 0, CASE WHEN is_approved THEN client_user_id END, CASE WHEN is_approved THEN approved_at END,
    CASE WHEN is_approved THEN 'APPROVED' WHEN is_current AND t = 0 THEN 'IN_PROGRESS' ELSE 'TODO' END, 3, at, at
FROM stages, generate_series(0, 2) t ORDER BY stage, t;
