-- Members without an identity provider. `members` follows from the log, which holds ids and roles alone. Who they are
-- stands beside it, so that it can be erased: what an organization knows of its members belongs to the organization, and
-- accounts, with what people sign in with, belong to no organization. Nobody who acts for an organization sees accounts.

CREATE TABLE members (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    role text NOT NULL,
    person_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL,
    CONSTRAINT members_person_key UNIQUE (organization_id, person_id)
);

CREATE INDEX members_created_idx ON members (organization_id, created_at, id);

-- For sessions, which see the memberships of their own person.
CREATE INDEX members_person_idx ON members (person_id);

ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY (organization_id, id);

-- As the functions for the other read tables (0002): every column is named here. The greatest number is that of
-- application/members/members.py; a rebuild, which brings its own times, is not refused.
CREATE FUNCTION apply_member_changes(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    change jsonb;
BEGIN
    IF p_changes ? 'insert' THEN
        INSERT INTO members (organization_id, id, role, person_id, created_at, updated_at, revision)
        SELECT p_organization_id, r.id, r.role, r.person_id, coalesce(r.created_at, p_time), coalesce(r.updated_at, p_time),
            r.revision
        FROM jsonb_populate_recordset(NULL::members, p_changes -> 'insert') r;
        IF p_time IS NOT NULL
            AND (SELECT count(*) FROM members m WHERE m.organization_id = p_organization_id) > 1000 THEN
            RAISE EXCEPTION 'organization % has too many members', p_organization_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'members_at_most';
        END IF;
    END IF;
    IF NOT p_changes ? 'update' THEN
        RETURN;
    END IF;
    FOR change IN SELECT jsonb_array_elements(p_changes -> 'update') LOOP
        UPDATE members held SET (role, person_id, updated_at, revision) = (
            SELECT r.role, r.person_id, p_time, r.revision FROM jsonb_populate_record(held, change) r)
        WHERE held.organization_id = p_organization_id AND held.id = (change ->> 'id')::uuid;
    END LOOP;
END
$$;

-- What an organization knows of its members, past ones included, until they are erased: the log names members by id. The
-- invitation is known by the SHA-256 of its secret; there is one while nobody has accepted it. `search` is the name and
-- the address, folded.
CREATE TABLE member_profiles (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    person_id uuid,
    address text NOT NULL,
    address_key text COLLATE "C" NOT NULL,
    name text,
    search text COLLATE "C" NOT NULL,
    invitation_digest bytea,
    invitation_expires_at timestamptz,
    CONSTRAINT member_profiles_pkey PRIMARY KEY (organization_id, member_id)
);

CREATE INDEX member_profiles_address_idx ON member_profiles (organization_id, address_key);

CREATE INDEX member_profiles_person_idx ON member_profiles (person_id);

-- An account: a person who signs in with an address and a passphrase (argon2id), or with passkeys. `address_digest` is the
-- SHA-256 of the folded address, and the only way to an account before somebody has signed in.
CREATE TABLE persons (
    id uuid PRIMARY KEY,
    address text NOT NULL,
    address_digest bytea NOT NULL,
    name text NOT NULL,
    passphrase text,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT persons_address_key UNIQUE (address_digest)
);

-- Public keys of passkeys, by the ids that authenticators gave them.
CREATE TABLE passkeys (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    CONSTRAINT passkeys_pkey PRIMARY KEY (person_id, id),
    CONSTRAINT passkeys_credential_key UNIQUE (credential_id)
);

-- How often somebody has tried to sign in to an account, or from an address, of late; both are known by digests.
CREATE TABLE sign_in_attempts (
    subject bytea PRIMARY KEY,
    attempts integer NOT NULL,
    since timestamptz NOT NULL
);

CREATE INDEX sign_in_attempts_since_idx ON sign_in_attempts (since);

-- Challenges of passkeys that were answered, so that each counts once.
CREATE TABLE answered_challenges (
    digest bytea PRIMARY KEY,
    answered_at timestamptz NOT NULL DEFAULT now()
);

-- A session of an account names it; what it may do is looked up in `members` with every request.
ALTER TABLE sign_in_sessions ADD COLUMN person_id uuid;

-- What of members is kept beside the log, written with the events that speak of it (append_events): an invitation, its
-- replacement, its acceptance, or the condition that an administrator is left.
CREATE FUNCTION apply_member_documents(p_organization_id uuid, p_documents jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    document jsonb;
    held uuid;
BEGIN
    FOR document IN SELECT value FROM jsonb_array_elements(p_documents) WHERE value ? 'member_document' LOOP
        held := (document ->> 'member_id')::uuid;
        CASE document ->> 'member_document'
        WHEN 'invited' THEN
            IF EXISTS (SELECT FROM member_profiles p
                       JOIN members m ON m.organization_id = p.organization_id AND m.id = p.member_id
                       WHERE p.organization_id = p_organization_id AND p.address_key = document ->> 'address_key') THEN
                RAISE EXCEPTION 'the address is that of another member'
                    USING ERRCODE = 'unique_violation', CONSTRAINT = 'member_profiles_address';
            END IF;
            INSERT INTO member_profiles (
                organization_id, member_id, address, address_key, name, search, invitation_digest, invitation_expires_at)
            VALUES (p_organization_id, held, document ->> 'address', document ->> 'address_key', document ->> 'name',
                    document ->> 'search', decode(document ->> 'digest', 'hex'),
                    clock_timestamp() + make_interval(secs => (document ->> 'seconds')::double precision));
        WHEN 'invited-again' THEN
            UPDATE member_profiles p
            SET invitation_digest = decode(document ->> 'digest', 'hex'),
                invitation_expires_at = clock_timestamp()
                    + make_interval(secs => (document ->> 'seconds')::double precision)
            WHERE p.organization_id = p_organization_id AND p.member_id = held;
        WHEN 'joined' THEN
            UPDATE member_profiles p
            SET invitation_digest = NULL, invitation_expires_at = NULL, person_id = (document ->> 'person_id')::uuid,
                name = document ->> 'name', search = document ->> 'search'
            WHERE p.organization_id = p_organization_id AND p.member_id = held
                AND p.invitation_digest = decode(document ->> 'digest', 'hex')
                AND p.invitation_expires_at > clock_timestamp();
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the invitation is not good any more'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'member_profiles_invitation';
            END IF;
            PERFORM set_config('app.person_id', document ->> 'person_id', true);
            IF document ? 'address' THEN
                INSERT INTO persons (id, address, address_digest, name, passphrase)
                VALUES ((document ->> 'person_id')::uuid, document ->> 'address',
                        decode(document ->> 'address_digest', 'hex'), document ->> 'name', document ->> 'passphrase');
            ELSIF NOT EXISTS (SELECT FROM persons WHERE id = (document ->> 'person_id')::uuid) THEN
                RAISE EXCEPTION 'the account is gone'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'member_profiles_person';
            END IF;
            IF document ? 'credential_id' THEN
                INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, name)
                VALUES ((document ->> 'passkey_id')::uuid, (document ->> 'person_id')::uuid,
                        decode(document ->> 'credential_id', 'hex'), decode(document ->> 'public_key', 'hex'),
                        (document ->> 'sign_count')::bigint, document ->> 'passkey_name');
            END IF;
            PERFORM set_config('app.person_id', '', true);
        WHEN 'keeps-an-admin' THEN
            IF NOT EXISTS (SELECT FROM members m WHERE m.organization_id = p_organization_id AND m.role = 'admin'
                           AND m.person_id IS NOT NULL) THEN
                RAISE EXCEPTION 'nobody would administer the organization'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'members_last_admin';
            END IF;
        END CASE;
    END LOOP;
END
$$;

-- What the actor of an event is called, where it is a member. Nobody is called anything any more who was erased.
CREATE FUNCTION actor_name(p_organization_id uuid, p_actor text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    IF p_actor !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN
        RETURN NULL;
    END IF;
    RETURN coalesce(
        (SELECT p.name FROM member_profiles p
         WHERE p.organization_id = p_organization_id AND p.member_id = p_actor::uuid),
        (SELECT 'former member' FROM events e
         WHERE e.organization_id = p_organization_id AND e.aggregate_id = p_actor::uuid AND e.revision = 1
             AND e.topic = 'member.invited'));
END
$$;

-- Of whoever never came, nothing is kept.
CREATE FUNCTION forget_invitation(p_organization_id uuid, p_member_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM member_profiles p WHERE p.organization_id = p_organization_id AND p.member_id = p_member_id;
END
$$;

DO $$
BEGIN
    PERFORM isolate('members');
    PERFORM isolate('member_profiles');
END
$$;

-- Whoever has signed in sees the own memberships, and what organizations know of that person, to change and to erase it.
CREATE POLICY one_person ON members FOR SELECT TO :"app"
    USING (person_id = nullif(current_setting('app.person_id', true), '')::uuid);
CREATE POLICY one_person ON member_profiles TO :"app"
    USING (person_id = nullif(current_setting('app.person_id', true), '')::uuid)
    WITH CHECK (person_id = nullif(current_setting('app.person_id', true), '')::uuid);

-- A statement sees one account: the one that it names, or the one whose address it names; so does append_events, which
-- runs with the owner's rights.
ALTER TABLE persons ENABLE ROW LEVEL SECURITY;
ALTER TABLE persons FORCE ROW LEVEL SECURITY;
CREATE POLICY one_person ON persons
    USING (id = nullif(current_setting('app.person_id', true), '')::uuid
        OR address_digest = decode(nullif(current_setting('app.person_address', true), ''), 'hex'))
    WITH CHECK (id = nullif(current_setting('app.person_id', true), '')::uuid);
CREATE POLICY administration ON persons TO :"admin" USING (true) WITH CHECK (true);
CREATE POLICY backup ON persons FOR SELECT TO :"backup" USING (true);

ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkeys FORCE ROW LEVEL SECURITY;
CREATE POLICY one_person ON passkeys
    USING (person_id = nullif(current_setting('app.person_id', true), '')::uuid)
    WITH CHECK (person_id = nullif(current_setting('app.person_id', true), '')::uuid);
CREATE POLICY administration ON passkeys TO :"admin" USING (true) WITH CHECK (true);
CREATE POLICY backup ON passkeys FOR SELECT TO :"backup" USING (true);

REVOKE ALL ON FUNCTION apply_member_changes(uuid, jsonb, timestamptz), apply_member_documents(uuid, jsonb),
    forget_invitation(uuid, uuid), actor_name(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION actor_name(uuid, text) TO :"app", :"admin";
GRANT SELECT ON members, member_profiles TO :"app", :"admin";
GRANT UPDATE (name, search), DELETE ON member_profiles TO :"app";
GRANT SELECT, DELETE ON persons, passkeys TO :"app", :"admin";
GRANT UPDATE (name, passphrase, seen_at) ON persons TO :"app";
GRANT INSERT ON passkeys TO :"app";
GRANT UPDATE (sign_count, last_used_at) ON passkeys TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_attempts TO :"app";
GRANT SELECT, INSERT ON answered_challenges TO :"app";
-- The administrators' login sweeps what is too old, and accounts that belong to no organization any more.
GRANT SELECT, DELETE ON sign_in_attempts, answered_challenges TO :"admin";
