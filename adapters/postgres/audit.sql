-- events_of_aggregate: one aggregate's events, oldest first
SELECT org_sequence, aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason,
       recorded_at, hash
FROM events WHERE organization_id = %(organization_id)s AND aggregate_id = %(aggregate_id)s ORDER BY revision;

-- newest_events: the organization's events, newest first
SELECT org_sequence, aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason,
       recorded_at, hash
FROM events WHERE organization_id = %(organization_id)s AND {conditions} ORDER BY org_sequence DESC LIMIT %(limit)s;

-- event_count: how many events the filter lets through
SELECT count(*) FROM events WHERE organization_id = %(organization_id)s AND {conditions};
