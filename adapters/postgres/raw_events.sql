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

-- events: the events of some stretches of logs
SELECT e.organization_id, e.org_sequence, e.aggregate_id, e.revision, e.topic, e.actor, e.command_id, e.correlation_id,
       e.reason, e.recorded_at, e.state, e.previous_hash, e.hash
FROM unnest(%(organizations)s::uuid[], %(afters)s::bigint[], %(untils)s::bigint[]) WITH ORDINALITY
    AS span (organization_id, after, until, number)
JOIN events e ON e.organization_id = span.organization_id AND e.org_sequence > span.after AND e.org_sequence <= span.until
ORDER BY span.number, e.org_sequence;

-- unchanged: whether each log is whole up to a head, by functions of Postgres alone; 0001 says what is hashed
SELECT coalesce(found.count = head.org_sequence AND found.is_whole AND found.hash = head.hash, false)
FROM unnest(%(organizations)s::uuid[], %(sequences)s::bigint[], %(hashes)s::bytea[]) WITH ORDINALITY
    AS head (organization_id, org_sequence, hash, number)
LEFT JOIN LATERAL (
    SELECT count(*) AS count, (array_agg(e.hash ORDER BY e.org_sequence DESC))[1] AS hash, bool_and(
        e.org_sequence = e.place AND e.previous_hash = e.before AND e.recorded_at >= coalesce(e.last, e.recorded_at)
        AND e.hash = sha256(
            '\x6d6f64656c626f6f6b2f6576656e742f31'::bytea || e.previous_hash || uuid_send(e.organization_id)
            || int8send(e.org_sequence) || uuid_send(e.aggregate_id) || int4send(e.revision)
            || int4send(octet_length(e.topic)) || textsend(e.topic) || int4send(octet_length(e.actor))
            || textsend(e.actor) || uuid_send(e.command_id) || int4send(octet_length(e.correlation_id))
            || textsend(e.correlation_id)
            || CASE WHEN e.reason IS NULL THEN '\xffffffff'::bytea
                    ELSE int4send(octet_length(e.reason)) || textsend(e.reason) END
            || int8send(CASE WHEN isfinite(e.recorded_at) THEN (extract(epoch FROM e.recorded_at) * 1000000)::bigint ELSE 0 END)
            || sha256(e.state))) AS is_whole
    FROM (SELECT events.*, row_number() OVER log AS place, lag(events.recorded_at) OVER log AS last,
                 lag(events.hash, 1, sha256('\x6d6f64656c626f6f6b2f67656e657369732f31'::bytea
                                            || uuid_send(events.organization_id))) OVER log AS before
          FROM events WHERE events.organization_id = head.organization_id AND events.org_sequence <= head.org_sequence
          WINDOW log AS (ORDER BY events.org_sequence)) e) found ON true
ORDER BY head.number;

-- revisions: the newest revisions of aggregates among events up to a sequence number
SELECT aggregate_id, max(revision) FROM events
WHERE organization_id = %(organization)s AND aggregate_id = ANY (%(aggregates)s) AND org_sequence <= %(until)s
GROUP BY aggregate_id;

-- strays: events of organizations without a head
SELECT e.organization_id, min(e.org_sequence), count(*) FROM events e
WHERE NOT EXISTS (SELECT FROM organization_heads h WHERE h.organization_id = e.organization_id)
GROUP BY e.organization_id ORDER BY 1 LIMIT 1000;

-- own_strays: the organization's events, if it has no head
SELECT e.organization_id, min(e.org_sequence), count(*) FROM events e WHERE e.organization_id = %(only)s
    AND NOT EXISTS (SELECT FROM organization_heads h WHERE h.organization_id = e.organization_id)
GROUP BY e.organization_id;

-- beyond: events after the end that their organization's head names
SELECT e.organization_id, min(e.org_sequence), count(*) FROM organization_heads h
JOIN events e ON e.organization_id = h.organization_id AND e.org_sequence > h.org_sequence
WHERE h.organization_id = ANY (%(organizations)s) GROUP BY e.organization_id ORDER BY 1;

-- wrong_credentials: stored keys that are not what the log says about their providers and webhooks
SELECT coalesce(c.organization_id, p.organization_id), coalesce(c.provider_id, p.id), c.version, p.version
FROM (SELECT * FROM provider_credentials WHERE organization_id = ANY (%(organizations)s)) c
FULL JOIN (SELECT organization_id, id,
                  CASE WHEN credential_hint IS NOT NULL OR extra_headers <> '[]'
                       THEN credential_version + extra_headers_version END AS version
           FROM ai_providers WHERE organization_id = ANY (%(organizations)s)
           UNION ALL
           SELECT organization_id, id, credential_version FROM webhooks
           WHERE organization_id = ANY (%(organizations)s)) p
    ON p.organization_id = c.organization_id AND p.id = c.provider_id
WHERE c.version IS DISTINCT FROM p.version
ORDER BY 1, 2 LIMIT 1000;

-- owner: the organization that has an aggregate of this id
SELECT h.organization_id FROM organization_heads h WHERE EXISTS (
    SELECT FROM events e WHERE e.organization_id = h.organization_id AND e.aggregate_id = %(aggregate_id)s);

-- places: the hashes of events by organization and sequence, and when they were recorded, as far as calendars go
SELECT e.hash, CASE WHEN e.recorded_at BETWEEN '1970-01-01Z' AND '9999-01-01Z' THEN e.recorded_at END FROM unnest(%(organizations)s::uuid[], %(sequences)s::bigint[]) WITH ORDINALITY
    AS wanted (organization_id, org_sequence, number)
LEFT JOIN events e ON e.organization_id = wanted.organization_id AND e.org_sequence = wanted.org_sequence
ORDER BY wanted.number;

-- newest_checkpoint: the newest checkpoint that was recorded
SELECT number, hash, sink FROM newest_checkpoint;

-- proofs: what was proved before
SELECT organization_id, org_sequence, hash, checkpoint, at, signature FROM log_proofs
WHERE organization_id = ANY (%(organizations)s);

-- keep_proofs: keep what was proved
INSERT INTO log_proofs AS held (organization_id, org_sequence, hash, checkpoint, at, signature)
SELECT * FROM unnest(%(organizations)s::uuid[], %(sequences)s::bigint[], %(hashes)s::bytea[], %(checkpoints)s::bigint[],
                     %(times)s::text[], %(signatures)s::bytea[])
ON CONFLICT (organization_id) DO UPDATE SET org_sequence = excluded.org_sequence, hash = excluded.hash,
    checkpoint = excluded.checkpoint, at = excluded.at, signature = excluded.signature;
