-- append: record events with everything that goes with them; no sequence number when the log has the command already
SELECT first_sequence FROM append_events(
    %(organization_id)s, %(command_id)s, %(correlation_id)s, %(actor)s, %(reason)s,
    %(aggregate_ids)b, %(revisions)b::integer[], %(topics)b, %(states)b, %(changes)s, %(sealed)s, %(destroyed)s);

-- command_outcome: what a command has recorded, after waiting for it to end
SELECT aggregate_id, revision, org_sequence FROM command_outcome(%(organization_id)s, %(command_id)s);

-- end_backend: end a server process of this role here, if it is still there, and tell whether it is gone; a pooler of
-- connections says other process ids than the server's own, and then no process is known
SELECT pg_backend_pid() = %(own)s AND coalesce(bool_and(pg_terminate_backend(pid, 2000)), true) FROM pg_stat_activity
WHERE pid = %(backend)s AND pg_backend_pid() = %(own)s AND usename = current_user AND datname = current_database();

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

-- events_of_aggregates: several aggregates' events, each in its order
SELECT aggregate_id, revision, topic, state, recorded_at, org_sequence FROM events
WHERE organization_id = %(organization_id)s AND aggregate_id = ANY (%(aggregate_ids)s)
ORDER BY aggregate_id, revision;

-- notifications: the log in its order
SELECT aggregate_id, revision, topic, state, recorded_at, org_sequence FROM events
WHERE organization_id = %(organization_id)s AND org_sequence >= %(start)s AND org_sequence <= %(stop)s
    AND (cardinality(%(topics)s::text[]) = 0 OR topic = ANY (%(topics)s))
ORDER BY org_sequence LIMIT %(limit)s;

-- last_position: the position of the newest event
SELECT max(org_sequence) FROM events WHERE organization_id = %(organization_id)s;

-- recorded_already: what a command has recorded so far
SELECT aggregate_id, max(revision), max(org_sequence) FROM events
WHERE organization_id = %(organization_id)s AND command_id = %(command_id)s GROUP BY aggregate_id;
