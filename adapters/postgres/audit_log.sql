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
        AND lower(convert_from(first.state, 'UTF8')::json ->> 'name') = lower(%(name)s)
    LIMIT 1000) named;

-- event_documents: the organization's events, newest first, as the API shows them, with the names that their aggregates
-- have now, or had at first where they were removed
SELECT row_to_json(document) AS body, event.org_sequence AS sort_value, NULL::uuid AS id
FROM ({named_events}) event CROSS JOIN LATERAL (
    SELECT event.org_sequence AS sequence, event.org_sequence AS position, event.aggregate_id AS "aggregateId",
        event.revision, event.topic AS type, event.actor, event.actor_name AS "actorName",
        rfc3339(event.recorded_at) AS at, event.command_id AS "commandId", event.correlation_id AS "requestId",
        event.reason, encode(event.hash, 'hex') AS hash, event.aggregate_name AS "aggregateName",
        convert_from(event.state, 'UTF8')::json AS facts) document
ORDER BY event.org_sequence DESC;

-- event_lines: the same as lines of CSV, with the columns of views/audit.py
SELECT concat_ws(',', rfc3339(event.recorded_at), csv_cell(event.topic), csv_cell(event.actor), event.aggregate_id,
        csv_cell(event.aggregate_name),
        CASE WHEN event.state = '{{}}' THEN '' ELSE csv_cell(convert_from(event.state, 'UTF8')) END, csv_cell(event.reason),
        csv_cell(event.correlation_id), event.command_id, event.org_sequence, csv_cell(event.actor_name)) || E'\r\n' AS body,
    event.org_sequence AS sort_value, NULL::uuid AS id
FROM ({named_events}) event
ORDER BY event.org_sequence DESC;

-- named_events: events with the names of their aggregates and actors, each of which is looked up once
WITH part AS MATERIALIZED (
    SELECT * FROM events
    WHERE organization_id = %(organization_id)s AND {conditions} ORDER BY org_sequence DESC LIMIT %(limit)s
), aggregate AS MATERIALIZED (
    SELECT held.id, CASE WHEN named.name IS NULL THEN (
            SELECT convert_from(first.state, 'UTF8')::json ->> 'name' FROM events first
            WHERE first.organization_id = %(organization_id)s AND first.aggregate_id = held.id AND first.revision = 1)
        ELSE named.name END AS name
    FROM (SELECT DISTINCT aggregate_id AS id FROM part) held LEFT JOIN LATERAL (
        SELECT name FROM ai_providers WHERE organization_id = %(organization_id)s AND id = held.id
        UNION ALL
        SELECT name FROM ai_models WHERE organization_id = %(organization_id)s AND id = held.id
        UNION ALL
        SELECT name FROM access_keys WHERE organization_id = %(organization_id)s AND id = held.id
        UNION ALL
        SELECT name FROM webhooks WHERE organization_id = %(organization_id)s AND id = held.id
        UNION ALL
        SELECT name FROM member_profiles WHERE organization_id = %(organization_id)s AND member_id = held.id
    ) named ON true
), actor AS MATERIALIZED (
    SELECT acting.actor, actor_name(%(organization_id)s, acting.actor) AS name
    FROM (SELECT DISTINCT actor FROM part) acting
)
SELECT part.*, aggregate.name AS aggregate_name, actor.name AS actor_name
FROM part LEFT JOIN aggregate ON aggregate.id = part.aggregate_id LEFT JOIN actor ON actor.actor = part.actor;

-- event_count: how many events the filter lets through, as far as `most`
SELECT count(*) FROM (
    SELECT FROM events WHERE organization_id = %(organization_id)s AND {conditions} LIMIT %(most)s::bigint
) AS counted;
