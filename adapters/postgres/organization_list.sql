-- page: organizations by name, as an administrator sees them; those without one come last
SELECT listed.id, listed.name, listed.quotas, listed.events, listed.last_event_at, listed.is_removed, listed.place
FROM (
    SELECT h.organization_id AS id, o.name, coalesce(o.quotas, '{{}}') AS quotas, h.org_sequence AS events,
           h.recorded_at AS last_event_at, h.closed_sequence IS NOT NULL AS is_removed,
           (CASE WHEN o.name IS NULL THEN '1' ELSE '0' || lower(o.name) END) COLLATE "C" AS place
    FROM organization_heads h LEFT JOIN organizations o ON o.id = h.organization_id
) listed
WHERE (%(sought)s::text IS NULL OR strpos(lower(listed.name), lower(%(sought)s)) > 0
       OR starts_with(listed.id::text, lower(%(sought)s)))
    AND (%(after_id)s::uuid IS NULL OR (listed.place, listed.id) > (%(after_place)s::text COLLATE "C", %(after_id)s))
ORDER BY listed.place, listed.id LIMIT %(limit)s;

-- count: how many organizations there are
SELECT count(*) FROM organization_heads h LEFT JOIN organizations o ON o.id = h.organization_id
WHERE %(sought)s::text IS NULL OR strpos(lower(o.name), lower(%(sought)s)) > 0
    OR starts_with(h.organization_id::text, lower(%(sought)s));
