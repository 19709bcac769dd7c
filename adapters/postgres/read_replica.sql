-- position: how far the organization's log has come here
SELECT coalesce(max(org_sequence), 0) FROM organization_heads WHERE organization_id = %(organization_id)s;

-- primary: which server this is, and how much it has written
SELECT system_identifier, CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint END
FROM pg_control_system();

-- replica: which server it replicates, whether it does, and how much it has replayed
SELECT system_identifier, pg_is_in_recovery(), coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'), 0)::bigint
FROM pg_control_system();
