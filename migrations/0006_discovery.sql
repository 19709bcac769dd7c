-- What providers last offered, whole, and who is asking one at this moment. Not projections: facts of others.

CREATE TABLE discovery_snapshots (
    organization_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    basis text NOT NULL,
    fetched_at timestamptz NOT NULL,
    offered jsonb NOT NULL,
    missing jsonb NOT NULL,
    changes jsonb NOT NULL,
    CONSTRAINT discovery_snapshots_pkey PRIMARY KEY (organization_id, provider_id)
);

CREATE TABLE discovery_leases (
    organization_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    holder uuid NOT NULL,
    until timestamptz NOT NULL,
    CONSTRAINT discovery_leases_pkey PRIMARY KEY (organization_id, provider_id)
);

DO $$
BEGIN
    PERFORM isolate('discovery_snapshots');
    PERFORM isolate('discovery_leases');
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON discovery_snapshots, discovery_leases TO ledger_app, ledger_admin;
