-- Who is signed in to the console. Rows belong to persons, who may be members of several organizations, so that no
-- organization begins the key; a statement sees the session that it names, or those of the person that it names.
-- There are no names and no addresses here: the person is a digest of issuer and subject, the actor is the subject.

CREATE TABLE sign_in_sessions (
    id uuid PRIMARY KEY,
    person bytea NOT NULL,
    actor text NOT NULL,
    memberships jsonb NOT NULL,
    is_platform_admin boolean NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    idle_ends_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);

CREATE INDEX sign_in_sessions_person_idx ON sign_in_sessions (person, idle_ends_at);

CREATE INDEX sign_in_sessions_end_idx ON sign_in_sessions (idle_ends_at);

ALTER TABLE sign_in_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_sessions FORCE ROW LEVEL SECURITY;

CREATE POLICY one_session ON sign_in_sessions TO :"app"
    USING (id = nullif(current_setting('app.session_id', true), '')::uuid
        OR person = decode(nullif(current_setting('app.session_person', true), ''), 'hex'))
    WITH CHECK (id = nullif(current_setting('app.session_id', true), '')::uuid);
CREATE POLICY administration ON sign_in_sessions TO :"admin" USING (true) WITH CHECK (true);
CREATE POLICY backup ON sign_in_sessions FOR SELECT TO :"backup" USING (true);

GRANT SELECT, INSERT, DELETE ON sign_in_sessions TO :"app";
GRANT UPDATE (idle_ends_at) ON sign_in_sessions TO :"app";
GRANT SELECT, DELETE ON sign_in_sessions TO :"admin";
