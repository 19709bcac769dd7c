-- events_of_aggregate: one aggregate's events before a revision, newest first
SELECT org_sequence, aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason,
       recorded_at, hash, actor_name(%(organization_id)s, actor)
FROM events WHERE organization_id = %(organization_id)s AND aggregate_id = %(aggregate_id)s
    AND revision < %(before)s ORDER BY revision DESC LIMIT %(limit)s;

-- events_at_revisions: some of an aggregate's events, oldest first
SELECT org_sequence, aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason,
       recorded_at, hash, actor_name(%(organization_id)s, actor)
FROM events WHERE organization_id = %(organization_id)s AND aggregate_id = %(aggregate_id)s
    AND revision = ANY (%(revisions)s::integer[]) ORDER BY revision;

-- revision_at: the last event of an aggregate at a time
SELECT revision_at(%(organization_id)s, %(aggregate_id)s, %(time)s);

-- places: the last events before two times; none for a time that is none
SELECT CASE WHEN %(since)s::timestamptz IS NOT NULL
            THEN sequence_at(%(organization_id)s, %(since)s::timestamptz - interval '1 microsecond') END,
       CASE WHEN %(until)s::timestamptz IS NOT NULL
            THEN sequence_at(%(organization_id)s, %(until)s::timestamptz - interval '1 microsecond') END;

-- called: what has this name now, and what was called so at first and is gone; at most a thousand
SELECT array_agg(named.id) FROM (
    SELECT id FROM ai_providers WHERE organization_id = %(organization_id)s AND name_key = %(name_key)s
    UNION ALL
    SELECT id FROM ai_models WHERE organization_id = %(organization_id)s AND name_key = %(name_key)s
    UNION ALL
    SELECT id FROM access_keys WHERE organization_id = %(organization_id)s AND name_key = %(name_key)s
    UNION ALL
    SELECT id FROM webhooks WHERE organization_id = %(organization_id)s AND name_key = %(name_key)s
    UNION ALL
    SELECT member_id FROM member_profiles WHERE organization_id = %(organization_id)s AND lower(name) = lower(%(name)s)
    UNION ALL
    SELECT gone.aggregate_id FROM events gone
    JOIN events first ON first.organization_id = gone.organization_id AND first.aggregate_id = gone.aggregate_id
        AND first.revision = 1
    WHERE gone.organization_id = %(organization_id)s
        AND gone.topic IN ('provider.removed', 'model.removed', 'access-key.revoked', 'webhook.removed')
        AND lower(convert_from(first.state, 'UTF8')::jsonb ->> 'name') = lower(%(name)s)
    LIMIT 1000) named;

-- newest_events: the organization's events, newest first, with the names that their aggregates have now, and the facts
-- of the first events of those that were removed
SELECT org_sequence, aggregate_id, revision, topic, event.state, actor, command_id, correlation_id, reason,
       recorded_at, hash, actor_name(%(organization_id)s, actor), named.name, first.state
FROM (
    SELECT * FROM events
    WHERE organization_id = %(organization_id)s AND {conditions} ORDER BY org_sequence DESC LIMIT %(limit)s
) AS event
LEFT JOIN LATERAL (
    SELECT name FROM ai_providers WHERE organization_id = %(organization_id)s AND id = event.aggregate_id
    UNION ALL
    SELECT name FROM ai_models WHERE organization_id = %(organization_id)s AND id = event.aggregate_id
    UNION ALL
    SELECT name FROM access_keys WHERE organization_id = %(organization_id)s AND id = event.aggregate_id
    UNION ALL
    SELECT name FROM webhooks WHERE organization_id = %(organization_id)s AND id = event.aggregate_id
    UNION ALL
    SELECT name FROM member_profiles WHERE organization_id = %(organization_id)s AND member_id = event.aggregate_id
) AS named ON true
LEFT JOIN LATERAL (
    SELECT state FROM events AS earlier
    WHERE named.name IS NULL AND earlier.organization_id = %(organization_id)s
        AND earlier.aggregate_id = event.aggregate_id AND earlier.revision = 1
) AS first ON true
ORDER BY org_sequence DESC;

-- event_count: how many events the filter lets through, as far as `most`
SELECT count(*) FROM (
    SELECT FROM events WHERE organization_id = %(organization_id)s AND {conditions} LIMIT %(most)s::bigint
) AS counted;
