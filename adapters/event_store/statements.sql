-- append: record events with everything that goes with them; no sequence number when the log has the command already
SELECT append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- command_outcome: what a command has recorded, after waiting for it to end
SELECT aggregate_id, revision, org_sequence FROM command_outcome(%(organization_id)s, %(command_id)s);

-- end_backend: end a server process of this role here, by its name behind a pooler; return whether it is gone
SELECT (pg_backend_pid() = %(own)s OR %(name)s LIKE 'modelbook log, pooled %%')
    AND coalesce(bool_and(pg_terminate_backend(pid, 2000)), true) FROM pg_stat_activity
WHERE CASE WHEN %(name)s LIKE 'modelbook log, pooled %%' THEN application_name = %(name)s AND pid <> pg_backend_pid()
           ELSE pid = %(backend)s AND pg_backend_pid() = %(own)s END
    AND usename = current_user AND datname = current_database();

-- scope: the organization that the statements of this transaction may see
SELECT set_config('app.organization_id', %(organization_id)s, true);

-- aggregate_events: one aggregate's events in their order
SELECT aggregate_id, revision, topic, state, recorded_at, org_sequence FROM events
WHERE organization_id = %(organization_id)s AND aggregate_id = %(aggregate_id)s
    AND revision > %(after)s AND revision <= %(until)s
ORDER BY revision LIMIT %(limit)s;

-- aggregate_events_descending: one aggregate's events, newest first
SELECT aggregate_id, revision, topic, state, recorded_at, org_sequence FROM events
WHERE organization_id = %(organization_id)s AND aggregate_id = %(aggregate_id)s
    AND revision > %(after)s AND revision <= %(until)s
ORDER BY revision DESC LIMIT %(limit)s;

-- notifications: the log in its order
SELECT aggregate_id, revision, topic, state, recorded_at, org_sequence FROM events
WHERE organization_id = %(organization_id)s AND org_sequence >= %(start)s AND org_sequence <= %(stop)s
    AND (cardinality(%(topics)s::text[]) = 0 OR topic = ANY (%(topics)s))
ORDER BY org_sequence LIMIT %(limit)s;

-- last_position: the position of the newest event
SELECT max(org_sequence) FROM events WHERE organization_id = %(organization_id)s;

-- recorded_already: what commands have recorded so far
SELECT aggregate_id, max(revision), max(org_sequence) FROM events
WHERE organization_id = %(organization_id)s AND command_id = ANY (%(command_ids)s) GROUP BY aggregate_id;

-- lives: of each aggregate the newest snapshot up to a revision that belongs to the log, then the events after it
WITH known AS MATERIALIZED (
    SELECT wanted.aggregate_id, taken.revision, taken.topic, taken.state, taken.org_sequence, taken.projected,
           coalesce(taken.revision, -1) AS since
    FROM unnest(%(aggregate_ids)s::uuid[]) AS wanted (aggregate_id)
    LEFT JOIN LATERAL (
        SELECT s.revision, s.topic, s.state, s.org_sequence, s.projected FROM aggregate_snapshots s
        WHERE s.organization_id = %(organization_id)s AND s.aggregate_id = wanted.aggregate_id
            AND s.code_version = %(code_version)s AND s.revision <= %(until)s
            AND s.event_hash = (SELECT e.hash FROM events e WHERE e.organization_id = %(organization_id)s
                                AND e.org_sequence = s.org_sequence)
        ORDER BY s.revision DESC LIMIT 1) taken ON true)
SELECT known.aggregate_id, known.revision, known.topic, known.state, NULL, known.org_sequence, known.projected
FROM known WHERE known.revision IS NOT NULL
UNION ALL
SELECT e.aggregate_id, e.revision, e.topic, e.state, e.recorded_at, e.org_sequence, NULL
FROM known JOIN events e ON e.organization_id = %(organization_id)s AND e.aggregate_id = known.aggregate_id
    AND e.revision > known.since AND e.revision <= %(until)s
ORDER BY 1, 2;

-- keep_snapshots: keep states of aggregates, each as of one of its events
INSERT INTO aggregate_snapshots
    (organization_id, aggregate_id, code_version, revision, org_sequence, event_hash, topic, state, projected, taken_at)
SELECT e.organization_id, e.aggregate_id, %(code_version)s, e.revision, e.org_sequence, e.hash, taken.topic, taken.state,
       taken.projected, %(now)s
FROM unnest(%(positions)s::bigint[], %(topics)s::text[], %(states)s::bytea[], %(projected)s::bytea[])
    AS taken (org_sequence, topic, state, projected)
JOIN events e ON e.organization_id = %(organization_id)s AND e.org_sequence = taken.org_sequence
ON CONFLICT DO NOTHING;

-- forget_snapshots: forget the states that other code has made of these aggregates a while ago
DELETE FROM aggregate_snapshots WHERE organization_id = %(organization_id)s AND aggregate_id = ANY (%(aggregate_ids)s::uuid[])
    AND code_version <> %(code_version)s AND taken_at < %(forgotten_before)s;
