-- claim: take an Idempotency-Key, or take it over when its last claim was abandoned or has expired; true where it is new here
INSERT INTO idempotency_keys AS held (organization_id, key, fingerprint, claimed_at)
VALUES (%(organization_id)s, %(key)s, %(fingerprint)s, %(now)s)
ON CONFLICT (organization_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at, completed_at = NULL, status = NULL,
    headers = NULL, body = NULL
WHERE held.claimed_at < %(expired_before)s
    OR (held.completed_at IS NULL AND held.fingerprint = excluded.fingerprint
        AND (%(was_left_open)s OR held.claimed_at < %(abandoned_before)s OR held.claimed_at > %(impossible_after)s))
RETURNING (xmax = 0);

-- claimed: what became of an Idempotency-Key
SELECT fingerprint, completed_at IS NOT NULL, status, headers, body FROM idempotency_keys
WHERE organization_id = %(organization_id)s AND key = %(key)s;

-- forget_claims: let go of what nobody can repeat any more
DELETE FROM idempotency_keys WHERE organization_id = %(organization_id)s AND claimed_at < %(expired_before)s;

-- hold_claim: continue with a claim, so that nobody takes it for abandoned
UPDATE idempotency_keys SET claimed_at = %(now)s
WHERE organization_id = %(organization_id)s AND key = %(key)s AND completed_at IS NULL;

-- complete_claim: keep the answer
UPDATE idempotency_keys SET completed_at = %(now)s, status = %(status)s, headers = %(headers)s, body = %(body)s
WHERE organization_id = %(organization_id)s AND key = %(key)s;

-- leave_claim_open: let the next one with the same content take it at once, as if it was abandoned
UPDATE idempotency_keys SET claimed_at = %(abandoned)s
WHERE organization_id = %(organization_id)s AND key = %(key)s AND completed_at IS NULL;

-- release_claim: give the key back
DELETE FROM idempotency_keys
WHERE organization_id = %(organization_id)s AND key = %(key)s AND completed_at IS NULL;

