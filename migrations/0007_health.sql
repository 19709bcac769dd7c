-- What the health monitor goes by: the last status that a check was sure of, and when a provider is due.

-- A check that says nothing about the provider (our own question was wrong) leaves these as they are.
ALTER TABLE provider_health
    ADD COLUMN last_seen text,
    ADD COLUMN repeats integer NOT NULL DEFAULT 0;

-- When a provider is to be checked: an interval after the last check, give or take a tenth, so that providers which
-- were checked together drift apart; and soon, but not at once, after it was registered or changed, for nothing is
-- known of it then. The chance in it is drawn from the provider and the time, so that everybody comes to one result.
CREATE FUNCTION health_check_due(
    provider_id uuid, health_status text, last_check_at timestamptz, changed_at timestamptz, seconds double precision
) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN last_check_at IS NULL OR (health_status = 'unknown' AND last_check_at < changed_at)
    THEN changed_at + make_interval(secs => seconds * (0.1 + 0.2
        * (hashtextextended(provider_id::text, (extract(epoch FROM changed_at) * 1000000)::bigint) & 1023) / 1023.0))
    ELSE last_check_at + make_interval(secs => seconds * (0.9 + 0.2
        * (hashtextextended(provider_id::text, (extract(epoch FROM last_check_at) * 1000000)::bigint) & 1023) / 1023.0))
    END;

REVOKE ALL ON FUNCTION health_check_due(uuid, text, timestamptz, timestamptz, double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION health_check_due(uuid, text, timestamptz, timestamptz, double precision)
    TO :"app", :"admin";
