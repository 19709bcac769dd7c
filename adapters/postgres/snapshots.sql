-- latest: what a provider last offered
SELECT basis, fetched_at, offered, missing, changes FROM discovery_snapshots
WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s;

-- keep: replace it with a newer answer
INSERT INTO discovery_snapshots AS held (organization_id, provider_id, basis, fetched_at, offered, missing, changes)
VALUES (%(organization_id)s, %(provider_id)s, %(basis)s, %(fetched_at)s, %(offered)s, %(missing)s, %(changes)s)
ON CONFLICT (organization_id, provider_id) DO UPDATE
SET (basis, fetched_at, offered, missing, changes) =
    (excluded.basis, excluded.fetched_at, excluded.offered, excluded.missing, excluded.changes)
WHERE held.fetched_at < excluded.fetched_at;

-- lease: take the right to ask
INSERT INTO discovery_leases AS held (organization_id, provider_id, holder, until)
VALUES (%(organization_id)s, %(provider_id)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (organization_id, provider_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE held.until < clock_timestamp()
RETURNING true;

-- release: give it back
DELETE FROM discovery_leases
WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s AND holder = %(holder)s;
