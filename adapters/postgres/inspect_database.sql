-- who: what the login of this connection is allowed
SELECT current_user, r.rolsuper, r.rolbypassrls, current_setting('server_version_num')::integer
FROM pg_roles r WHERE r.rolname = current_user;

-- administrates: whether the login of this connection is let past organizations, to administer them all
SELECT pg_has_role(current_user, service_role('admin'), 'MEMBER');

-- unprotected: tables with an organization whose row-level security is not forced, or without a policy
SELECT c.relname FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
WHERE c.relkind IN ('r', 'p')
    AND (EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped)
         OR c.relname = 'organizations')
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
ORDER BY c.relname;

-- owned: tables that the login of this connection owns
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
WHERE c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'USAGE') ORDER BY c.relname;

-- is_limited: whether this login's statements and transactions end by themselves
SELECT bool_and(setting <> '0') FROM pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout');

-- migrations: what has been applied
SELECT migration_id FROM _yoyo_migration;

-- master_keys_in_use: the master keys that stored credentials need
SELECT DISTINCT master_key_id FROM provider_credentials;

-- precedes_the_release: whether the log is of before the first release, when all organizations shared one order
SELECT to_regclass('public.log_head') IS NOT NULL
    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('public.events') AND attname = 'position');
