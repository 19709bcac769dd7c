-- place: the last event of the organization at a time
SELECT sequence_at(%(organization_id)s, %(as_of)s);

-- seconds_ahead: by how many seconds the organization's newest event is dated in the future of the clock
SELECT greatest(0, extract(epoch FROM recorded_at - clock_timestamp()))::float8 FROM organization_heads
WHERE organization_id = %(organization_id)s;

-- events: what has happened to the things of a kind, in the order of the log
SELECT org_sequence, aggregate_id::text, revision, topic, state, recorded_at FROM events
WHERE organization_id = %(organization_id)s AND org_sequence > %(after)s AND org_sequence <= %(until)s
    AND topic = ANY (%(topics)s)
ORDER BY org_sequence LIMIT %(limit)s;
