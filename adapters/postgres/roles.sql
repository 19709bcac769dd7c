-- Roles of the service; run by whoever may create roles, before the migrations. Safe to run again and side by side.
DO $$
DECLARE
    role_name text;
BEGIN
    -- Roles belong to the whole server: two databases may be migrated at the same moment.
    PERFORM pg_advisory_xact_lock(hashtext('modelbook roles'));
    FOREACH role_name IN ARRAY ARRAY['modelbook_owner', 'modelbook_app', 'modelbook_admin'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE %s',
                           role_name, CASE role_name WHEN 'modelbook_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
        END IF;
    END LOOP;
    IF NOT pg_has_role(current_user, 'modelbook_owner', 'SET') THEN
        EXECUTE format('GRANT modelbook_owner TO %I', current_user);
    END IF;
    EXECUTE format('GRANT CREATE, CONNECT, TEMPORARY ON DATABASE %I TO modelbook_owner', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO modelbook_app, modelbook_admin', current_database());
    GRANT USAGE, CREATE ON SCHEMA public TO modelbook_owner;
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
END
$$;
