-- heads: how many events each organization has
SELECT organization_id, org_sequence FROM organization_heads WHERE org_sequence > 0 ORDER BY organization_id;

-- event_count: how many events the log has
SELECT coalesce(sum(org_sequence), 0)::bigint FROM organization_heads;

-- events: the events that make a table's rows, and those that nobody knows, one aggregate after the other
SELECT uuid_send(organization_id), uuid_send(aggregate_id), revision, topic, state, timestamptz_send(recorded_at),
       org_sequence FROM events
WHERE organization_id BETWEEN %(first_organization)s AND %(last_organization)s
    AND aggregate_id BETWEEN %(first_aggregate)s AND %(last_aggregate)s
    AND topic <> ALL (%(others)s::text[])
ORDER BY organization_id, aggregate_id, revision;

-- events_up_to: as `events`, of each organization up to a sequence number
SELECT uuid_send(e.organization_id), uuid_send(e.aggregate_id), e.revision, e.topic, e.state,
       timestamptz_send(e.recorded_at), e.org_sequence
FROM unnest(%(heads)s::uuid[], %(sequences)s::bigint[]) AS head (organization_id, org_sequence)
JOIN events e ON e.organization_id = head.organization_id AND e.org_sequence <= head.org_sequence
WHERE e.aggregate_id BETWEEN %(first_aggregate)s AND %(last_aggregate)s AND e.topic <> ALL (%(others)s::text[])
ORDER BY e.organization_id, e.aggregate_id, e.revision;

-- touched: which rows the events of a part of the log change; as with `events`, those of other tables apart
SELECT DISTINCT e.organization_id, e.aggregate_id
FROM unnest(%(heads)s::uuid[], %(after)s::bigint[], %(until)s::bigint[]) AS part (organization_id, after, until)
JOIN events e ON e.organization_id = part.organization_id AND e.org_sequence > part.after AND e.org_sequence <= part.until
WHERE e.topic <> ALL (%(others)s::text[]);

-- events_of_rows: as `events`, for these aggregates alone
SELECT uuid_send(e.organization_id), uuid_send(e.aggregate_id), e.revision, e.topic, e.state,
       timestamptz_send(e.recorded_at), e.org_sequence
FROM events e
JOIN unnest(%(organization_ids)s::uuid[], %(ids)s::uuid[], %(until)s::bigint[]) AS wanted (organization_id, id, until)
    ON wanted.organization_id = e.organization_id AND wanted.id = e.aggregate_id AND e.org_sequence <= wanted.until
WHERE e.topic <> ALL (%(others)s::text[])
ORDER BY e.organization_id, e.aggregate_id, e.revision;

-- put: make rows of a table that is not live
INSERT INTO {place}.{table} SELECT made.* FROM json_populate_recordset(NULL::{place}.{table}, %(rows)s::json) made;

-- take: remove rows of a table that is not live
DELETE FROM {place}.{table} held USING unnest(%(organization_ids)s::uuid[], %(ids)s::uuid[]) AS gone (organization_id, id)
WHERE held.{organization} = gone.organization_id AND held.id = gone.id;

-- keep_still: the live table cannot be swapped before the end of this transaction
LOCK TABLE public.{table} IN ACCESS SHARE MODE;

-- differ_from_rows: rows of a part of the live table that are not as these, fields by name, and how many there are
WITH differing AS MATERIALIZED (
    SELECT made, held FROM json_populate_recordset(NULL::public.{table}, %(rows)s::json) made
    FULL JOIN (SELECT * FROM public.{table}
               WHERE {organization} BETWEEN %(first_organization)s AND %(last_organization)s
                   AND id BETWEEN %(first_aggregate)s AND %(last_aggregate)s) held
        ON made.{organization} = held.{organization} AND made.id = held.id
    WHERE made.* IS DISTINCT FROM held.*)
SELECT (SELECT count(*) FROM differing), coalesce((made).{organization}, (held).{organization}), coalesce((made).id, (held).id),
       CASE WHEN (held).id IS NULL THEN 'missing' WHEN (made).id IS NULL THEN 'unexpected' ELSE 'different' END,
       ARRAY(SELECT key FROM jsonb_each(to_jsonb(made)) a JOIN jsonb_each(to_jsonb(held)) b USING (key)
             WHERE a.value IS DISTINCT FROM b.value)
FROM (SELECT made, held FROM differing LIMIT %(limit)s) shown;

-- differ_from_table: rows of a part of the live table that are not as those of another, but for those just touched
WITH differing AS MATERIALIZED (
    SELECT made, held
    FROM (SELECT * FROM {place}.{table}
          WHERE {organization} BETWEEN %(first_organization)s AND %(last_organization)s
              AND id BETWEEN %(first_aggregate)s AND %(last_aggregate)s) made
    FULL JOIN (SELECT * FROM public.{table}
               WHERE {organization} BETWEEN %(first_organization)s AND %(last_organization)s
                   AND id BETWEEN %(first_aggregate)s AND %(last_aggregate)s) held
        ON made.{organization} = held.{organization} AND made.id = held.id
    WHERE ({made_columns}) IS DISTINCT FROM ({held_columns})
        AND NOT EXISTS (SELECT FROM unnest(%(organization_ids)s::uuid[], %(ids)s::uuid[]) AS touched (organization_id, id)
                        WHERE touched.organization_id = coalesce(made.{organization}, held.{organization})
                            AND touched.id = coalesce(made.id, held.id)))
SELECT (SELECT count(*) FROM differing), coalesce((made).{organization}, (held).{organization}), coalesce((made).id, (held).id),
       CASE WHEN (held).id IS NULL THEN 'missing' WHEN (made).id IS NULL THEN 'unexpected' ELSE 'different' END,
       ARRAY(SELECT key FROM jsonb_each(to_jsonb(made)) a JOIN jsonb_each(to_jsonb(held)) b USING (key)
             WHERE a.value IS DISTINCT FROM b.value)
FROM (SELECT made, held FROM differing LIMIT %(limit)s) shown;

-- common_columns: the columns that a table which is not live has in common with the live one
SELECT attname FROM pg_attribute live
WHERE attrelid = %(live)s::regclass AND attnum > 0 AND NOT attisdropped
    AND EXISTS (SELECT FROM pg_attribute other WHERE other.attrelid = %(other)s::regclass AND other.attname = live.attname
                AND NOT other.attisdropped)
ORDER BY attnum;

-- orphans: models whose provider is not there
SELECT count(*) FROM ai_models m WHERE NOT EXISTS (
    SELECT FROM ai_providers p WHERE p.organization_id = m.organization_id AND p.id = m.provider_id);

-- alone: whether nobody else is rebuilding
SELECT pg_try_advisory_lock(hashtextextended('modelbook projections', 0));

-- no_longer_alone: let others rebuild
SELECT pg_advisory_unlock(hashtextextended('modelbook projections', 0));

-- begin: make the table beside the live one
SELECT begin_rebuild(%(name)s, %(as_live)s);

-- index: give it its keys and indexes
SELECT index_rebuild(%(name)s);

-- discard: drop it
SELECT discard_rebuild(%(name)s);

-- open_retired: let the one that was kept be written
SELECT open_retired(%(name)s);

-- hold: stop the live table and whoever writes it
SELECT hold_projection(%(name)s, %(patience_ms)s);

-- swap: exchange the tables
SELECT swap_projection(%(name)s, %(place)s, %(position)s);

-- settle: look at the foreign keys
SELECT settle_projections();

-- hold_organization: nobody else writes for the organization
SELECT hold_organization(%(organization_id)s);

-- set_models_aside: models that differ, so that providers can be mended
SELECT set_models_aside(%(organization_id)s);

-- mend: exchange the organization's rows that differ
SELECT removed, restored FROM mend_organization(%(organization_id)s, %(name)s);

-- in_the_way: who holds locks on the tables of a swap
SELECT DISTINCT pid FROM pg_locks
WHERE relation = ANY (ARRAY['public.ai_models', 'public.ai_providers', 'public.organizations']::regclass[])
    AND granted AND pid <> pg_backend_pid() ORDER BY pid;

-- statuses: when tables were swapped in, and what lies beside them
SELECT n.name, p.position, p.swapped_at, to_regclass('retired.' || n.name) IS NOT NULL,
       to_regclass('rebuilding.' || n.name) IS NOT NULL, to_regclass('blueprints.' || n.name) IS NOT NULL
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS n (name, ordinal)
LEFT JOIN projections p ON p.name = n.name ORDER BY n.ordinal;

-- row_count: how many rows the live table has
SELECT count(*) FROM public.{table};
