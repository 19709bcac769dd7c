-- owner: the owner of the tables
SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = 'public.events'::regclass;

-- patience: a count may last, and so may pg_dump, while this transaction waits
SELECT set_config('statement_timeout', '0', false), set_config('idle_in_transaction_session_timeout', '0', false);

-- snapshot: what this transaction sees, for pg_dump to see the same
SELECT pg_export_snapshot();

-- schemas: those that contain the tables
SELECT nspname::text FROM pg_namespace
WHERE nspname = 'public' OR nspowner = (SELECT relowner FROM pg_class WHERE oid = 'public.events'::regclass)
ORDER BY nspname;

-- tables: all tables but the one that is left out, by schema and name
SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relowner = (SELECT relowner FROM pg_class WHERE oid = 'public.events'::regclass)
    AND c.oid IS DISTINCT FROM to_regclass('public.' || %(left_out)s)
ORDER BY n.nspname, c.relname;

-- count_rows: all rows of a table
SELECT count(*) FROM {table};

-- holds_tables: whether there is anything that a restored database could get mixed up with
SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f'));

-- take_role: act as it
SET ROLE {role};
