-- What providers last offered, whole; who is asking one at this moment; and how the last question that failed did. Not
-- projections: facts of others, which nobody minds losing.

-- json rather than jsonb: nothing is looked for inside, and a provider's order is kept.
CREATE TABLE discovery_snapshots (
    organization_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    endpoint text NOT NULL,
    basis text NOT NULL,
    fetched_at timestamptz NOT NULL,
    offered json NOT NULL,
    missing json NOT NULL,
    changes json NOT NULL,
    CONSTRAINT discovery_snapshots_pkey PRIMARY KEY (organization_id, provider_id)
);

CREATE TABLE discovery_attempts (
    organization_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    holder uuid,
    leased_until timestamptz,
    basis text,
    failed_at timestamptz,
    quiet_until timestamptz,
    failure json,
    CONSTRAINT discovery_attempts_pkey PRIMARY KEY (organization_id, provider_id)
);

-- What a provider's answer depends on, as one mark: its endpoint, its key and extra headers, and its settings.
CREATE FUNCTION discovery_basis(endpoint text, secrets_version integer, has_credential boolean, settings jsonb)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(
    jsonb_build_array(endpoint, secrets_version, has_credential, settings)::text, 'UTF8')), 'hex');

-- What is held of a provider goes with it, in the same transaction. The log says when: a rebuild may take a row away and
-- put it back, and what hangs on it would be lost. Attempts come first: whoever keeps an answer holds the attempt, so that
-- an answer is either kept before and forgotten here, or finds nothing to be kept for.
CREATE FUNCTION forget_offers(p_organization_id uuid, p_provider_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM discovery_attempts a WHERE a.organization_id = p_organization_id AND a.provider_id = p_provider_id;
    DELETE FROM discovery_snapshots s WHERE s.organization_id = p_organization_id AND s.provider_id = p_provider_id;
END
$$;

DO $$
BEGIN
    PERFORM isolate('discovery_snapshots');
    PERFORM isolate('discovery_attempts');
END
$$;

REVOKE ALL ON FUNCTION discovery_basis(text, integer, boolean, jsonb), forget_offers(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION discovery_basis(text, integer, boolean, jsonb) TO :"app", :"admin";
GRANT SELECT, INSERT, UPDATE, DELETE ON discovery_snapshots, discovery_attempts TO :"app", :"admin";
