WITH page AS (
    SELECT * FROM projects WHERE client_organization_id = $1 ORDER BY created_at DESC, id DESC LIMIT 50
), task_texts AS (
    SELECT t.milestone_id, string_agg(concat('{"id":"', t.id, '","position":', t.position, ',"title":', to_json(t.title),
        ',"status":"', t.status, '","dueOn":', to_json(t.due_on), '}'), ',' ORDER BY t.position) AS texts
    FROM tasks t WHERE t.project_id IN (SELECT id FROM page) GROUP BY t.milestone_id
), milestone_texts AS (
    SELECT m.project_id, string_agg(concat('{"id":"', m.id, '","position":', m.position, ',"title":', to_json(m.title),
        ',"workStatus":"', m.status, '","dueOn":', to_json(m.due_on),
        ',"amount":{"amountMinor":"', m.amount_minor, '","currency":"', m.currency, '"},"tasks":[', texts, ']}'),
        ',' ORDER BY m.position) AS texts
    FROM milestones m LEFT JOIN task_texts ON milestone_id = m.id
    WHERE m.project_id IN (SELECT id FROM page) GROUP BY m.project_id
)
SELECT concat('{"data":{"projects":{"nodes":[', string_agg(concat('{"id":"', p.id, '","title":', to_json(p.title),
    ',"status":"', p.status, '","dueOn":', to_json(p.due_on), ',"createdAt":', to_json(p.created_at),
    ',"budget":{"amountMinor":"', p.budget_minor, '","currency":"', p.currency, '"},"milestones":[', texts, ']}'),
    ',' ORDER BY p.created_at DESC, p.id DESC), ']}}}')
FROM page p LEFT JOIN milestone_texts ON project_id = p.id
