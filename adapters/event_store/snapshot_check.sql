-- snapshots: the snapshots that this code may use, and whether the event that vouches for each is its own
SELECT s.aggregate_id, s.revision, s.topic, s.state, s.projected,
       e.aggregate_id = s.aggregate_id AND e.revision = s.revision
FROM aggregate_snapshots s JOIN events e ON e.organization_id = s.organization_id AND e.org_sequence = s.org_sequence
    AND e.hash = s.event_hash
WHERE s.organization_id = %(organization_id)s AND s.code_version = %(code_version)s
    AND s.aggregate_id BETWEEN %(first)s AND %(last)s
ORDER BY s.aggregate_id, s.revision;

-- life: the events of an aggregate up to a revision
SELECT revision, topic, state, recorded_at, org_sequence FROM events
WHERE organization_id = %(organization_id)s AND aggregate_id = %(aggregate_id)s AND revision <= %(until)s
ORDER BY revision;
