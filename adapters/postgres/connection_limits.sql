-- limits: how many connections the server, the database and the login allow (-1: as many as the server), and whether
-- this one leads to the server itself: a pooler names another process when one connects
SELECT current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
        - current_setting('reserved_connections')::integer,
    d.datconnlimit, r.rolconnlimit, pg_backend_pid()
FROM pg_database d, pg_roles r
WHERE d.datname = current_database() AND r.rolname = current_user;
