-- Who may do what. The API's role writes the log through append_events alone and sees one organization at a time.

CREATE FUNCTION isolate(tenant_table regclass, organization_column name DEFAULT 'organization_id') RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
        'CREATE POLICY one_organization ON %1$s'
        ' USING (%2$I = nullif(current_setting(''app.organization_id'', true), '''')::uuid)'
        ' WITH CHECK (%2$I = nullif(current_setting(''app.organization_id'', true), '''')::uuid)',
        tenant_table, organization_column);
    EXECUTE format('CREATE POLICY administration ON %s TO %I USING (true) WITH CHECK (true)',
                   tenant_table, service_role('admin'));
    EXECUTE format('CREATE POLICY backup ON %s FOR SELECT TO %I USING (true)', tenant_table, service_role('backup'));
END
$$;

DO $$
BEGIN
    PERFORM isolate('organizations', 'id');
    PERFORM isolate('organization_heads');
    PERFORM isolate('events');
    PERFORM isolate('log_proofs');
    PERFORM isolate('ai_providers');
    PERFORM isolate('ai_models');
    PERFORM isolate('provider_credentials');
    PERFORM isolate('provider_health');
    PERFORM isolate('provider_checks');
    PERFORM isolate('idempotency_keys');
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT SELECT ON organizations, organization_heads, events, ai_providers, ai_models, provider_credentials,
    provider_health, provider_checks, idempotency_keys, vault_canaries TO :"app", :"admin";
GRANT INSERT, UPDATE, DELETE ON provider_health, provider_checks, idempotency_keys TO :"app", :"admin";
GRANT SELECT ON newest_checkpoint TO :"app", :"admin";
GRANT INSERT, UPDATE ON newest_checkpoint TO :"admin";
GRANT UPDATE (is_changed) ON organization_heads TO :"admin";
GRANT SELECT, INSERT, UPDATE ON log_proofs TO :"app", :"admin";
GRANT INSERT ON vault_canaries TO :"app";
GRANT INSERT, UPDATE, DELETE ON vault_canaries TO :"admin";
GRANT UPDATE ON provider_credentials TO :"admin";

GRANT EXECUTE ON FUNCTION append_events(uuid, uuid, text, text, text, uuid[], integer[], text[], bytea[], jsonb, jsonb, uuid[])
    TO :"app", :"admin";
GRANT EXECUTE ON FUNCTION command_outcome(uuid, uuid) TO :"app", :"admin";
GRANT EXECUTE ON FUNCTION event_hash(bytea, uuid, bigint, uuid, integer, text, bytea, text, uuid, text, text, timestamptz)
    TO :"app", :"admin";
GRANT EXECUTE ON FUNCTION command_bytes(text, uuid, text, text, timestamptz),
    linked_hash(bytea, uuid, bigint, uuid, integer, text, bytea, bytea), framed(text), service_role(text) TO :"app", :"admin";
GRANT SELECT ON _yoyo_migration TO :"app", :"admin";
GRANT SELECT ON _yoyo_log, _yoyo_migration, _yoyo_version, yoyo_lock TO :"backup";
