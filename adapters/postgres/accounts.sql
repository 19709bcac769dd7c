-- scope: which account the statements of this transaction see
SELECT set_config('app.person_id', %(person_id)s::text, true), set_config('app.person_address', %(address)s::text, true),
       set_config('app.session_person', %(session_person)s::text, true);

-- find: the account that is visible
SELECT id, address, name, passphrase FROM persons
WHERE id = nullif(%(person_id)s::text, '')::uuid OR address_digest = decode(%(address)s::text, 'hex');

-- passkeys: the passkeys of an account, the oldest first
SELECT id, credential_id, public_key, sign_count, name, created_at, last_used_at FROM passkeys
WHERE person_id = %(person_id)s ORDER BY created_at, id;

-- memberships: the organizations of an account
SELECT organization_id, id, role FROM members WHERE person_id = %(person_id)s ORDER BY organization_id;

-- profiles: what organizations know of a person
SELECT organization_id, member_id, address FROM member_profiles WHERE person_id = %(person_id)s;

-- rename: give an account another name
UPDATE persons SET name = %(name)s WHERE id = %(person_id)s;

-- rename_profiles: the same where organizations look
UPDATE member_profiles held SET name = %(name)s, search = given.search
FROM unnest(%(organization_ids)s::uuid[], %(member_ids)s::uuid[], %(searches)s::text[])
    AS given (organization_id, member_id, search)
WHERE held.organization_id = given.organization_id AND held.member_id = given.member_id
    AND held.person_id = %(person_id)s;

-- set_passphrase: keep another hash in the place of this one
UPDATE persons SET passphrase = %(hashed)s
WHERE id = %(person_id)s AND passphrase IS NOT DISTINCT FROM %(instead_of)s::text RETURNING true;

-- lock: let no other transaction change the account until this one has ended
SELECT passphrase IS NOT NULL FROM persons WHERE id = %(person_id)s FOR UPDATE;

-- add_passkey: keep a passkey, if there is room for one more
INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, name)
SELECT %(id)s, %(person_id)s, %(credential_id)s, %(public_key)s, %(sign_count)s, %(name)s
WHERE (SELECT count(*) FROM passkeys WHERE person_id = %(person_id)s) < %(most)s RETURNING true;

-- remove_passkey: forget a passkey, unless it is the only way in
DELETE FROM passkeys WHERE person_id = %(person_id)s AND id = %(id)s
    AND ((SELECT passphrase IS NOT NULL FROM persons WHERE id = %(person_id)s)
        OR (SELECT count(*) FROM passkeys WHERE person_id = %(person_id)s) > 1) RETURNING true;

-- has_passkey: whether the account has this passkey
SELECT EXISTS (SELECT FROM passkeys WHERE person_id = %(person_id)s AND id = %(id)s);

-- note_challenge: note that a challenge was answered, the first time
INSERT INTO answered_challenges (digest) VALUES (%(challenge)s) ON CONFLICT DO NOTHING RETURNING true;

-- note_use: the same, and that a passkey has answered it; its count grows, unless it never counts
WITH first AS (
    INSERT INTO answered_challenges (digest) VALUES (%(challenge)s) ON CONFLICT DO NOTHING RETURNING true),
used AS (
    UPDATE passkeys SET sign_count = %(sign_count)s, last_used_at = now()
    WHERE person_id = %(person_id)s AND id = %(id)s AND EXISTS (SELECT FROM first)
        AND (sign_count < %(sign_count)s OR sign_count = 0 AND %(sign_count)s = 0) RETURNING true)
SELECT EXISTS (SELECT FROM first) AND EXISTS (SELECT FROM used);

-- note_sign_in: the account is in use
UPDATE persons SET seen_at = now() WHERE id = %(person_id)s;

-- erase_profiles: forget the person in all organizations
DELETE FROM member_profiles WHERE person_id = %(person_id)s;

-- erase_passkeys: forget all passkeys
DELETE FROM passkeys WHERE person_id = %(person_id)s;

-- erase_sessions: end all sessions
DELETE FROM sign_in_sessions WHERE person = decode(%(session_person)s::text, 'hex');

-- erase: forget the account
DELETE FROM persons WHERE id = %(person_id)s;

-- take_attempt: count an attempt; how many there were in this window, and in how many seconds it ends
INSERT INTO sign_in_attempts AS held (subject, attempts, since) VALUES (%(subject)s, 1, now())
ON CONFLICT (subject) DO UPDATE
SET attempts = CASE WHEN held.since < now() - make_interval(secs => %(seconds)s) THEN 1
                    ELSE least(held.attempts + 1, 1000000) END,
    since = CASE WHEN held.since < now() - make_interval(secs => %(seconds)s) THEN now() ELSE held.since END
RETURNING attempts, ceil(extract(epoch FROM since + make_interval(secs => %(seconds)s) - now()))::integer;

-- forget_attempts: restart the count
DELETE FROM sign_in_attempts WHERE subject = %(subject)s;

-- give_back_attempt: an attempt does not count
UPDATE sign_in_attempts SET attempts = attempts - 1 WHERE subject = %(subject)s AND attempts > 0;

-- sweep_attempts: delete what was counted long ago
DELETE FROM sign_in_attempts WHERE subject IN (
    SELECT subject FROM sign_in_attempts WHERE since < now() - interval '1 hour' LIMIT %(limit)s);

-- sweep_challenges: delete what was answered when nothing can come back any more
DELETE FROM answered_challenges WHERE digest IN (
    SELECT digest FROM answered_challenges WHERE answered_at < now() - interval '1 hour' LIMIT %(limit)s);

-- sweep_passkeys: delete passkeys of accounts that have belonged to no organization for long
DELETE FROM passkeys WHERE person_id IN (
    SELECT p.id FROM persons p WHERE p.seen_at < now() - interval '30 days'
        AND NOT EXISTS (SELECT FROM members m WHERE m.person_id = p.id) LIMIT %(limit)s);

-- sweep_accounts: delete accounts that have belonged to no organization for long
DELETE FROM persons WHERE id IN (
    SELECT p.id FROM persons p WHERE p.seen_at < now() - interval '30 days'
        AND NOT EXISTS (SELECT FROM members m WHERE m.person_id = p.id) LIMIT %(limit)s);
