-- won: become the one who writes checkpoints if nobody is; this session stays it until it ends
SELECT pg_try_advisory_lock(hashtextextended('modelbook checkpoints', 0));

-- newest: the newest checkpoint that was recorded
SELECT number, hash, sink FROM newest_checkpoint;

-- changed_heads: the heads that no recorded checkpoint has seen; read through their own small index
SELECT organization_id, org_sequence, hash FROM organization_heads WHERE is_changed ORDER BY organization_id;

-- heads: heads by organization, from the one after an id
SELECT organization_id, org_sequence, hash FROM organization_heads
WHERE org_sequence > 0 AND organization_id > %(after)s ORDER BY organization_id LIMIT %(limit)s;

-- hashes: the hashes of events by organization and sequence
SELECT e.hash FROM unnest(%(organizations)s::uuid[], %(sequences)s::bigint[]) WITH ORDINALITY
    AS wanted (organization_id, org_sequence, number)
LEFT JOIN events e ON e.organization_id = wanted.organization_id AND e.org_sequence = wanted.org_sequence
ORDER BY wanted.number;

-- record: which checkpoint is the newest one
INSERT INTO newest_checkpoint AS held (number, hash, sink) VALUES (%(number)s, %(hash)s, %(sink)s)
ON CONFLICT (only_one) DO UPDATE SET number = excluded.number, hash = excluded.hash, sink = excluded.sink;

-- seen: a checkpoint has seen these heads; whoever is appending to one of them waits for nobody, and it stays changed
UPDATE organization_heads held SET is_changed = false WHERE held.is_changed AND held.organization_id IN (
    SELECT h.organization_id FROM organization_heads h
    JOIN unnest(%(organizations)s::uuid[], %(sequences)s::bigint[]) AS seen (organization_id, org_sequence)
        ON seen.organization_id = h.organization_id AND seen.org_sequence = h.org_sequence
    WHERE h.is_changed FOR NO KEY UPDATE OF h SKIP LOCKED);
