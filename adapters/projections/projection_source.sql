-- organizations: organizations from one on, in the order of their ids, with their events and what was proved of them
SELECT h.organization_id, h.org_sequence, h.hash,
       (SELECT jsonb_object_agg(p.name, jsonb_build_array(p.row_count, p.row_digest::text)) FROM projection_proofs p
        WHERE p.organization_id = h.organization_id AND p.org_sequence = h.org_sequence AND p.head_hash = h.hash
            AND p.projection_version = %(version)s)
FROM organization_heads h WHERE h.org_sequence > 0 AND h.organization_id >= %(least)s
ORDER BY h.organization_id LIMIT %(limit)s;

-- organization: the same for one organization
SELECT h.organization_id, h.org_sequence, h.hash,
       (SELECT jsonb_object_agg(p.name, jsonb_build_array(p.row_count, p.row_digest::text)) FROM projection_proofs p
        WHERE p.organization_id = h.organization_id AND p.org_sequence = h.org_sequence AND p.head_hash = h.hash
            AND p.projection_version = %(version)s)
FROM organization_heads h WHERE h.org_sequence > 0 AND h.organization_id = %(organization_id)s;

-- extent: how many organizations there are, and how many events they have together
SELECT count(*), coalesce(sum(org_sequence), 0)::bigint FROM organization_heads WHERE org_sequence > 0;

-- strangers: organizations that have rows and no events
SELECT DISTINCT held.{organization} FROM {table} held WHERE NOT EXISTS (
    SELECT FROM organization_heads h WHERE h.organization_id = held.{organization} AND h.org_sequence > 0);

-- columns: the columns of a table
SELECT attname FROM pg_attribute WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;

-- head: how far the organization's log goes
SELECT org_sequence, hash FROM organization_heads WHERE organization_id = %(organization_id)s;

-- events: events of some aggregates, those left out that make rows of other tables; one aggregate after the other
SELECT uuid_send(aggregate_id), revision, topic, state, timestamptz_send(recorded_at), org_sequence FROM events
WHERE organization_id = %(organization_id)s AND {which} AND topic <> ALL (%(others)s::text[])
ORDER BY aggregate_id, revision;

-- differ: which of some rows are not as they should be, and in which fields the first of them
WITH differing AS MATERIALIZED (
    SELECT made, held FROM json_populate_recordset(NULL::{table}, %(rows)s::json) made
    FULL JOIN (SELECT {columns} FROM {table}
               WHERE {organization} = %(organization_id)s AND {which} AND id <> ALL (%(unreadable)s::uuid[])) held
        ON made.id = held.id
    WHERE ({made_columns}) IS DISTINCT FROM ({held_columns}))
SELECT coalesce((made).id, (held).id),
       CASE WHEN (held).id IS NULL THEN 'missing' WHEN (made).id IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN row_number() OVER () <= %(named)s THEN
           ARRAY(SELECT key FROM jsonb_each(to_jsonb(made)) a JOIN jsonb_each(to_jsonb(held)) b USING (key)
                 WHERE a.value IS DISTINCT FROM b.value ORDER BY key) END
FROM differing;

-- digest: how many of some rows there are, and a mark of all their values
SELECT count(*), coalesce(sum(hash_record_extended(ROW({columns}), 0)), 0) FROM {table}
WHERE {organization} = %(organization_id)s AND {which};

-- snapshots: how many snapshots of some aggregates there are, and a mark of all that is in them
SELECT count(*), coalesce(sum(hash_record_extended(ROW(s.*), 0)), 0) FROM aggregate_snapshots s
WHERE organization_id = %(organization_id)s AND {which};

-- rewrite: write rows if their events go no further than the moment they were made of
SELECT left_alone, milliseconds FROM rewrite_rows(
    %(organization_id)s, %(table)s, %(sequence)s, %(ids)s, %(rows)s::jsonb);

-- forget_snapshots: forget the states of the organization's aggregates
DELETE FROM aggregate_snapshots WHERE organization_id = %(organization_id)s;

-- prove: keep up to where an organization's rows were found equal to its log; a proof that a crash takes is made again
WITH lazily AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO projection_proofs AS held
    (organization_id, name, org_sequence, head_hash, row_count, row_digest, projection_version, proved_at)
SELECT %(organization_id)s, proof.name, %(sequence)s, %(hash)s, proof.row_count, proof.row_digest, %(version)s,
       %(now)s::timestamptz
FROM lazily, unnest(%(names)s::text[], %(counts)s::bigint[], %(digests)s::numeric[]) AS proof (name, row_count, row_digest)
ON CONFLICT (organization_id, name) DO UPDATE
SET org_sequence = excluded.org_sequence, head_hash = excluded.head_hash, row_count = excluded.row_count,
    row_digest = excluded.row_digest, projection_version = excluded.projection_version,
    proved_at = excluded.proved_at;

-- disprove: what an organization's rows were found equal to is not so any more
DELETE FROM projection_proofs WHERE organization_id = %(organization_id)s AND name = ANY (%(names)s);

-- turn: wait until nobody else rebuilds
SELECT pg_advisory_lock(hashtextextended('modelbook projections', 0));

-- turn_over: let others rebuild
SELECT pg_advisory_unlock(hashtextextended('modelbook projections', 0));

-- rebuilt: keep when projections were rebuilt
INSERT INTO projections AS held (name, rebuilt_at) SELECT name, %(now)s::timestamptz FROM unnest(%(names)s::text[]) name
ON CONFLICT (name) DO UPDATE SET rebuilt_at = excluded.rebuilt_at;

-- statuses: when projections were rebuilt, and of how many organizations they were proved
SELECT wanted.name, p.rebuilt_at, (
    SELECT count(*) FROM projection_proofs proof
    JOIN organization_heads h ON h.organization_id = proof.organization_id AND h.hash = proof.head_hash
    WHERE proof.name = wanted.name AND proof.projection_version = %(version)s)
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS wanted (name, ordinal)
LEFT JOIN projections p ON p.name = wanted.name ORDER BY wanted.ordinal;

-- row_count: how many rows the table has
SELECT count(*) FROM {table};
