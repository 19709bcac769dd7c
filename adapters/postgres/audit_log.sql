-- events_of_aggregate: one aggregate's events before a revision, newest first
SELECT org_sequence, aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason,
       recorded_at, hash
FROM events WHERE organization_id = %(organization_id)s AND aggregate_id = %(aggregate_id)s
    AND revision < %(before)s ORDER BY revision DESC LIMIT %(limit)s;

-- events_at_revisions: some of an aggregate's events, oldest first
SELECT org_sequence, aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason,
       recorded_at, hash
FROM events WHERE organization_id = %(organization_id)s AND aggregate_id = %(aggregate_id)s
    AND revision = ANY (%(revisions)s::integer[]) ORDER BY revision;

-- revision_at: the last event of an aggregate at a time
SELECT revision_at(%(organization_id)s, %(aggregate_id)s, %(time)s);

-- places: the last events before two times; none for a time that is none
SELECT CASE WHEN %(since)s::timestamptz IS NOT NULL
            THEN sequence_at(%(organization_id)s, %(since)s::timestamptz - interval '1 microsecond') END,
       CASE WHEN %(until)s::timestamptz IS NOT NULL
            THEN sequence_at(%(organization_id)s, %(until)s::timestamptz - interval '1 microsecond') END;

-- newest_events: the organization's events, newest first
SELECT org_sequence, aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason,
       recorded_at, hash
FROM events WHERE organization_id = %(organization_id)s AND {conditions} ORDER BY org_sequence DESC LIMIT %(limit)s;

-- event_count: how many events the filter lets through
SELECT count(*) FROM events WHERE organization_id = %(organization_id)s AND {conditions};
