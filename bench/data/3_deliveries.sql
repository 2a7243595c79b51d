-- What was handed in for each approved task.

INSERT INTO task_submissions (id, task_id, client_organization_id, freelancer_organization_id, revision, note, links,
    submitted_by, submitted_at, decision, decided_by, decided_at)
SELECT pg_temp.id_of(13, stage * 3 + t, at), pg_temp.id_of(12, stage * 3 + t, at), client_id, freelancer_id, 1, 'Done.',
    '{}', freelancer_user_id, approved_at, 'APPROVED', client_user_id, approved_at
FROM stages, generate_series(0, 2) t WHERE is_approved ORDER BY stage, t;
