-- kept: whether the session has what it was begun with
SELECT current_setting('modelbook.session', true) = 'kept';

-- backend: the server's process that runs this, which is not the one a pooler names when one connects to it
SELECT pg_backend_pid();

-- name_session: the name that the server shows for whatever runs on this connection; PgBouncer hands it on
SELECT set_config('application_name', %(name)s, false);
