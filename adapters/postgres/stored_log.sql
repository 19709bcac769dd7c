-- scope: the organization whose rows are to be seen, and more time than a request of the API takes
SELECT set_config('app.organization_id', %(organization_id)s, true), set_config('statement_timeout', %(timeout)s, true);

-- position: the end of the whole log
SELECT position FROM log_head;

-- own_position: the position of an organization's newest event
SELECT coalesce(max(e.position), 0) FROM organization_heads h
JOIN events e ON e.organization_id = h.organization_id AND e.org_sequence = h.org_sequence
WHERE h.organization_id = %(only)s;

-- heads: the ends of organizations' logs, by organization
SELECT organization_id, org_sequence, hash FROM organization_heads
WHERE (%(after)s::uuid IS NULL OR organization_id > %(after)s) AND (%(only)s::uuid IS NULL OR organization_id = %(only)s)
ORDER BY organization_id LIMIT %(limit)s;

-- events: events by organization and sequence
SELECT organization_id, org_sequence, position, aggregate_id, revision, topic, actor, command_id, correlation_id, reason,
       recorded_at, state, previous_hash, hash
FROM events
WHERE (organization_id, org_sequence) > (%(organization)s, %(sequence)s) AND organization_id <= %(last)s
ORDER BY organization_id, org_sequence LIMIT %(limit)s;

-- gaps: positions that are missing, and positions that two events have, up to the head of the whole log
SELECT before + 1, position - 1 FROM (
    SELECT position, lag(position, 1, 0::bigint) OVER (ORDER BY position) AS before FROM (
        SELECT position FROM events UNION ALL SELECT position + 1 FROM log_head) placed) followed
WHERE position <> before + 1 ORDER BY position LIMIT 1000;

-- headless: events of organizations without a head
SELECT e.organization_id, min(e.org_sequence), min(e.position), count(*) FROM events e
WHERE (%(only)s::uuid IS NULL OR e.organization_id = %(only)s)
    AND NOT EXISTS (SELECT FROM organization_heads h WHERE h.organization_id = e.organization_id)
GROUP BY e.organization_id ORDER BY 3 LIMIT 1000;

-- beyond: events after the end that their organization's head names
SELECT e.organization_id, min(e.org_sequence), min(e.position), count(*) FROM organization_heads h
JOIN events e ON e.organization_id = h.organization_id AND e.org_sequence > h.org_sequence
WHERE %(only)s::uuid IS NULL OR h.organization_id = %(only)s
GROUP BY e.organization_id ORDER BY 3 LIMIT 1000;

-- misnumbered: events whose revision does not follow the one before it of the same aggregate
SELECT organization_id, org_sequence, position, 1 FROM (
    SELECT organization_id, org_sequence, position, revision, lag(revision) OVER lives AS before,
           lag(org_sequence) OVER lives AS sequence_before
    FROM events WHERE %(only)s::uuid IS NULL OR organization_id = %(only)s
    WINDOW lives AS (PARTITION BY organization_id, aggregate_id ORDER BY revision)) lived
WHERE revision <> coalesce(before + 1, least(revision, 1)) OR org_sequence <= sequence_before
ORDER BY position LIMIT 1000;

-- owner: the organization that has an aggregate of this id
SELECT h.organization_id FROM organization_heads h WHERE EXISTS (
    SELECT FROM events e WHERE e.organization_id = h.organization_id AND e.aggregate_id = %(aggregate_id)s);

-- hashes: the hashes of events by organization and sequence
SELECT e.hash FROM unnest(%(organizations)s::uuid[], %(sequences)s::bigint[]) WITH ORDINALITY
    AS wanted (organization_id, org_sequence, number)
LEFT JOIN events e ON e.organization_id = wanted.organization_id AND e.org_sequence = wanted.org_sequence
ORDER BY wanted.number;

-- all_heads: the position of the whole log, and all heads with theirs, of one moment
SELECT l.position, h.organization_id, h.org_sequence, h.hash, coalesce(e.position, 0) FROM log_head l
LEFT JOIN organization_heads h ON h.org_sequence > 0
LEFT JOIN events e ON e.organization_id = h.organization_id AND e.org_sequence = h.org_sequence
ORDER BY h.organization_id;

-- won: take the office of the one who writes checkpoints if it is vacant; this session holds it until it ends
SELECT pg_try_advisory_lock(hashtextextended('modelbook checkpoints', 0));
