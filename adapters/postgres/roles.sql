-- owner: the owner of the tables; none before the first migration
SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = to_regclass('public.events');

-- present: which of these roles the server has
SELECT rolname FROM pg_roles WHERE rolname = ANY (%(roles)s);

-- create_role: without a login, and without any right
CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;

-- create_login: as above, with a login, of no use until it is given a password
CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;

-- is_member: whether this user may act as the role
SELECT pg_has_role(current_user, %(owner)s, 'SET');

-- join_owner: let this user act as the owner of the tables; without that, it does not even see that they are empty to it
GRANT {owner} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;

-- open_database: who may connect
GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {database} TO {owner};
GRANT CONNECT ON DATABASE {database} TO {app}, {admin};

-- limit_login: what holds for every transaction of the login that serves, also behind a pooler
ALTER ROLE {app} SET timezone = 'UTC';
ALTER ROLE {app} SET statement_timeout = '15s';
ALTER ROLE {app} SET lock_timeout = '10s';
ALTER ROLE {app} SET idle_in_transaction_session_timeout = '15s';

-- close_database: nobody else may, of those who are neither superusers nor own the database
REVOKE CONNECT ON DATABASE {database} FROM PUBLIC;

-- open_schema: who may use the tables' schema, and who alone makes tables in it
GRANT USAGE, CREATE ON SCHEMA public TO {owner};
GRANT USAGE ON SCHEMA public TO {app}, {admin}, {backup};
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- default_privileges: backups read everything that is ever made, and no function is everybody's to run
SET LOCAL ROLE {owner};
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {backup};
ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES TO {backup};
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- let_admin_back_up: the administrators' login may take the backup's role, but has none of its rights without that
GRANT {backup} TO {admin} WITH INHERIT FALSE, SET TRUE;
