-- scope: which session, or whose sessions, the statements of this transaction see
SELECT set_config('app.session_id', %(id)s::text, true), set_config('app.session_person', %(person)s::text, true);

-- begin: keep a new session
INSERT INTO sign_in_sessions (id, person, person_id, actor, memberships, is_platform_admin, idle_ends_at, ends_at)
VALUES (%(id)s, decode(%(person)s, 'hex'), %(person_id)s, %(actor)s, %(memberships)s, %(is_platform_admin)s,
        now() + make_interval(secs => %(idle_seconds)s), now() + make_interval(secs => %(lifetime_seconds)s));

-- end_surplus: of more sessions of the person than these, end those that were used longest ago
DELETE FROM sign_in_sessions WHERE id IN (
    SELECT id FROM sign_in_sessions WHERE person = decode(%(person)s, 'hex')
    ORDER BY id = %(id)s DESC, idle_ends_at DESC OFFSET %(most)s);

-- find: a session that has not ended, and whether it is time to say that it is in use
SELECT actor, memberships, is_platform_admin, ends_at,
    idle_ends_at < now() + make_interval(secs => %(idle_seconds)s::float - %(renewal_seconds)s), begun_at, person_id
FROM sign_in_sessions WHERE id = %(id)s AND idle_ends_at > now() AND ends_at > now();

-- scope_of_person: which account the next statement sees, if the session that has not ended is one's
SELECT set_config('app.person_id', coalesce((SELECT person_id::text FROM sign_in_sessions
    WHERE id = %(id)s AND idle_ends_at > now() AND ends_at > now()), ''), true);

-- memberships: the organizations of the account, and the members that it is there
SELECT organization_id, id, role FROM members
WHERE person_id = nullif(current_setting('app.person_id', true), '')::uuid ORDER BY organization_id;

-- renew: a session that is in use does not end for want of use
UPDATE sign_in_sessions SET idle_ends_at = now() + make_interval(secs => %(idle_seconds)s)
WHERE id = %(id)s AND idle_ends_at > now();

-- end: end a session
DELETE FROM sign_in_sessions WHERE id = %(id)s;

-- end_others: end all sessions of the person but this one
DELETE FROM sign_in_sessions WHERE person = decode(%(person)s, 'hex') AND id <> %(id)s;

-- sweep: delete sessions that have ended
DELETE FROM sign_in_sessions WHERE id IN (
    SELECT id FROM sign_in_sessions WHERE idle_ends_at < now() OR ends_at < now() LIMIT %(limit)s);
