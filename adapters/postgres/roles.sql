-- Roles of the service; run by whoever may create roles, before the migrations. Safe to run again and side by side.
DO $$
DECLARE
    role_name text;
BEGIN
    -- Roles belong to the whole server: two databases may be migrated at the same moment.
    PERFORM pg_advisory_xact_lock(hashtext('model-ledger roles'));
    FOREACH role_name IN ARRAY ARRAY['ledger_owner', 'ledger_app', 'ledger_admin'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE %s',
                           role_name, CASE role_name WHEN 'ledger_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
        END IF;
    END LOOP;
    IF NOT pg_has_role(current_user, 'ledger_owner', 'SET') THEN
        EXECUTE format('GRANT ledger_owner TO %I', current_user);
    END IF;
    EXECUTE format('GRANT CREATE, CONNECT, TEMPORARY ON DATABASE %I TO ledger_owner', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO ledger_app, ledger_admin', current_database());
    GRANT USAGE, CREATE ON SCHEMA public TO ledger_owner;
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
END
$$;
