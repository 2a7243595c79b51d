SELECT '{"data":{"projects":{"nodes":[' || string_agg(
    '{"id":"' || p.id::text || '","title":' || to_json(p.title)::text || ',"status":"' || p.status
    || '","dueOn":' || coalesce('"' || p.due_on::text || '"', 'null') || ',"createdAt":' || to_json(p.created_at)::text
    || ',"budget":{"amountMinor":"' || p.budget_minor::text || '","currency":"' || p.currency || '"},"milestones":[' || (
        SELECT string_agg('{"id":"' || m.id::text || '","position":' || m.position::text
            || ',"title":' || to_json(m.title)::text || ',"workStatus":"' || m.status
            || '","dueOn":' || coalesce('"' || m.due_on::text || '"', 'null')
            || ',"amount":{"amountMinor":"' || m.amount_minor::text || '","currency":"' || m.currency || '"},"tasks":[' || (
                SELECT string_agg('{"id":"' || t.id::text || '","position":' || t.position::text
                    || ',"title":' || to_json(t.title)::text || ',"status":"' || t.status
                    || '","dueOn":' || coalesce('"' || t.due_on::text || '"', 'null') || '}', ',' ORDER BY t.position)
                FROM tasks t WHERE t.milestone_id = m.id
            ) || ']}', ',' ORDER BY m.position)
        FROM milestones m WHERE m.project_id = p.id
    ) || ']}', ',' ORDER BY p.created_at DESC, p.id DESC) || ']}}}'
FROM (
    SELECT id, title, status, due_on, created_at, budget_minor, currency FROM projects
    WHERE client_organization_id = $1 ORDER BY created_at DESC, id DESC LIMIT 50
) p
