-- scope: the organization whose rows are to be seen, and more time than a request of the API takes
SELECT set_config('app.organization_id', %(organization_id)s, true), set_config('statement_timeout', %(timeout)s, true);

-- event_count: how many events the heads of all organizations name
SELECT coalesce(sum(org_sequence), 0)::bigint FROM organization_heads;

-- own_event_count: how many events the organization's head names
SELECT coalesce(sum(org_sequence), 0)::bigint FROM organization_heads WHERE organization_id = %(only)s;

-- seconds_ahead: by how many seconds the newest event of an organization is dated in the future of the clock, at most
SELECT coalesce(max(extract(epoch FROM recorded_at - clock_timestamp())), 0)::float8 FROM organization_heads
WHERE recorded_at > clock_timestamp();

-- own_seconds_ahead: by how many seconds the organization's newest event is dated in the future of the clock
SELECT coalesce(max(extract(epoch FROM recorded_at - clock_timestamp())), 0)::float8 FROM organization_heads
WHERE organization_id = %(only)s AND recorded_at > clock_timestamp();

-- heads: the ends of organizations' logs, by organization
SELECT organization_id, org_sequence, hash FROM organization_heads WHERE organization_id > %(after)s
ORDER BY organization_id LIMIT %(limit)s;

-- own_heads: the end of the organization's log
SELECT organization_id, org_sequence, hash FROM organization_heads
WHERE organization_id = %(only)s AND organization_id > %(after)s LIMIT %(limit)s;

-- events: events by organization and sequence
SELECT organization_id, org_sequence, aggregate_id, revision, topic, actor, command_id, correlation_id, reason, recorded_at,
       state, previous_hash, hash
FROM events
WHERE (organization_id, org_sequence) > (%(organization)s, %(sequence)s) AND organization_id <= %(last)s
ORDER BY organization_id, org_sequence LIMIT %(limit)s;

-- headless: events of organizations without a head
SELECT e.organization_id, min(e.org_sequence), count(*) FROM events e
WHERE NOT EXISTS (SELECT FROM organization_heads h WHERE h.organization_id = e.organization_id)
GROUP BY e.organization_id ORDER BY 1 LIMIT 1000;

-- own_headless: the organization's events, if it has no head
SELECT e.organization_id, min(e.org_sequence), count(*) FROM events e WHERE e.organization_id = %(only)s
    AND NOT EXISTS (SELECT FROM organization_heads h WHERE h.organization_id = e.organization_id)
GROUP BY e.organization_id;

-- beyond: events after the end that their organization's head names
SELECT e.organization_id, min(e.org_sequence), count(*) FROM organization_heads h
JOIN events e ON e.organization_id = h.organization_id AND e.org_sequence > h.org_sequence
GROUP BY e.organization_id ORDER BY 1 LIMIT 1000;

-- own_beyond: events after the end that the organization's head names
SELECT e.organization_id, min(e.org_sequence), count(*) FROM organization_heads h
JOIN events e ON e.organization_id = h.organization_id AND e.org_sequence > h.org_sequence
WHERE h.organization_id = %(only)s GROUP BY e.organization_id;

-- misnumbered: events whose revision does not follow the one before it of the same aggregate
SELECT organization_id, org_sequence, 1 FROM (
    SELECT organization_id, org_sequence, revision, lag(revision) OVER lives AS before,
           lag(org_sequence) OVER lives AS sequence_before
    FROM events WINDOW lives AS (PARTITION BY organization_id, aggregate_id ORDER BY revision)) lived
WHERE revision <> coalesce(before + 1, least(revision, 1)) OR org_sequence <= sequence_before
ORDER BY organization_id, org_sequence LIMIT 1000;

-- own_misnumbered: the same, of the organization
SELECT organization_id, org_sequence, 1 FROM (
    SELECT organization_id, org_sequence, revision, lag(revision) OVER lives AS before,
           lag(org_sequence) OVER lives AS sequence_before
    FROM events WHERE organization_id = %(only)s WINDOW lives AS (PARTITION BY aggregate_id ORDER BY revision)) lived
WHERE revision <> coalesce(before + 1, least(revision, 1)) OR org_sequence <= sequence_before
ORDER BY org_sequence LIMIT 1000;

-- owner: the organization that has an aggregate of this id
SELECT h.organization_id FROM organization_heads h WHERE EXISTS (
    SELECT FROM events e WHERE e.organization_id = h.organization_id AND e.aggregate_id = %(aggregate_id)s);

-- hashes: the hashes of events by organization and sequence
SELECT e.hash FROM unnest(%(organizations)s::uuid[], %(sequences)s::bigint[]) WITH ORDINALITY
    AS wanted (organization_id, org_sequence, number)
LEFT JOIN events e ON e.organization_id = wanted.organization_id AND e.org_sequence = wanted.org_sequence
ORDER BY wanted.number;

-- all_heads: all heads, of one moment
SELECT organization_id, org_sequence, hash FROM organization_heads WHERE org_sequence > 0 ORDER BY organization_id;

-- won: take the office of the one who writes checkpoints if it is vacant; this session holds it until it ends
SELECT pg_try_advisory_lock(hashtextextended('modelbook checkpoints', 0));
