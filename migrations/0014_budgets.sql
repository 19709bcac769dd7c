-- What was spent of budgets, of access keys and of organizations (whose subject is the organization itself).

-- When the period began in which a moment lies; all time begins before anything was spent.
CREATE FUNCTION budget_start(period text, moment timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN period = 'total' THEN timestamptz '2000-01-01 00:00:00+00' ELSE date_trunc(period, moment, 'UTC') END;

-- When the next period begins, so that the budget is whole again; null: never.
CREATE FUNCTION budget_end(period text, moment timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE period
    WHEN 'day' THEN (date_trunc('day', moment AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC'
    WHEN 'week' THEN (date_trunc('week', moment AT TIME ZONE 'UTC') + interval '1 week') AT TIME ZONE 'UTC'
    WHEN 'month' THEN (date_trunc('month', moment AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC' END;

-- `noted_percent` is the highest threshold that an event was recorded of. A budget without an end has the beginning of all time.
CREATE TABLE budget_spending (
    organization_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    period_start timestamptz NOT NULL,
    spent_usd numeric NOT NULL DEFAULT 0,
    noted_percent integer NOT NULL DEFAULT 0,
    CONSTRAINT budget_spending_pkey PRIMARY KEY (organization_id, subject_id, period_start)
);

-- The parts of budgets that processes have for themselves, so that they need not ask for each call.
CREATE TABLE budget_leases (
    organization_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    period_start timestamptz NOT NULL,
    holder uuid NOT NULL,
    leased_usd numeric NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT budget_leases_pkey PRIMARY KEY (organization_id, subject_id, period_start, holder)
);

-- Take note of what a process has spent, and give it a part of the rest: what it has committed, and beyond that what it
-- wants, or an eighth of the rest where that is more. A part that was not renewed in time counts as spent. Whoever asks
-- for the same budget waits meanwhile.
CREATE FUNCTION renew_budget_lease(
    p_organization_id uuid, p_subject_id uuid, p_start timestamptz, p_holder uuid, p_budget numeric, p_spent numeric,
    p_committed numeric, p_wanted numeric, p_now timestamptz, p_until timestamptz,
    OUT spent numeric, OUT leased numeric, OUT reached integer[]
) LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    noted integer;
    lapsed numeric;
    others numeric;
    rest numeric;
BEGIN
    INSERT INTO budget_spending (organization_id, subject_id, period_start) VALUES (p_organization_id, p_subject_id, p_start)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        DELETE FROM budget_spending s WHERE s.organization_id = p_organization_id AND s.subject_id = p_subject_id
            AND s.period_start > budget_start('total', p_now) AND s.period_start < p_now - interval '400 days';
    END IF;
    SELECT s.spent_usd, s.noted_percent INTO spent, noted FROM budget_spending s
    WHERE s.organization_id = p_organization_id AND s.subject_id = p_subject_id AND s.period_start = p_start FOR UPDATE;
    WITH gone AS (
        DELETE FROM budget_leases l WHERE l.organization_id = p_organization_id AND l.subject_id = p_subject_id
            AND l.period_start = p_start AND l.expires_at < p_now AND l.holder <> p_holder
        RETURNING l.leased_usd)
    SELECT coalesce(sum(leased_usd), 0) INTO lapsed FROM gone;
    SELECT coalesce(sum(l.leased_usd), 0) INTO others FROM budget_leases l
    WHERE l.organization_id = p_organization_id AND l.subject_id = p_subject_id AND l.period_start = p_start
        AND l.holder <> p_holder;
    spent := coalesce(spent, 0) + lapsed + p_spent;
    rest := greatest(p_budget - spent - others - p_committed, 0);
    leased := p_committed + CASE WHEN p_wanted > 0 THEN least(rest, greatest(p_wanted, rest / 8)) ELSE 0 END;
    DELETE FROM budget_leases l WHERE l.organization_id = p_organization_id AND l.subject_id = p_subject_id
        AND l.period_start = p_start AND l.holder = p_holder;
    IF leased > 0 THEN
        INSERT INTO budget_leases (organization_id, subject_id, period_start, holder, leased_usd, expires_at)
        VALUES (p_organization_id, p_subject_id, p_start, p_holder, leased, p_until);
    END IF;
    reached := ARRAY(SELECT t FROM unnest(ARRAY[50, 80, 100]) t WHERE spent * 100 >= p_budget * t ORDER BY t);
    -- What was reached stays noted until its event is recorded; of a larger budget it is reached again.
    UPDATE budget_spending s SET spent_usd = spent, noted_percent = least(noted, coalesce(reached[cardinality(reached)], 0))
    WHERE s.organization_id = p_organization_id AND s.subject_id = p_subject_id AND s.period_start = p_start;
    reached := ARRAY(SELECT t FROM unnest(reached) t WHERE t > noted ORDER BY t);
END
$$;

DO $$
BEGIN
    PERFORM isolate('budget_spending');
    PERFORM isolate('budget_leases');
END
$$;

CREATE TRIGGER budget_spending_of_closed BEFORE INSERT ON budget_spending
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

CREATE TRIGGER budget_leases_of_closed BEFORE INSERT ON budget_leases
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

REVOKE ALL ON FUNCTION budget_start(text, timestamptz), budget_end(text, timestamptz),
    renew_budget_lease(uuid, uuid, timestamptz, uuid, numeric, numeric, numeric, numeric, timestamptz, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION budget_start(text, timestamptz), budget_end(text, timestamptz),
    renew_budget_lease(uuid, uuid, timestamptz, uuid, numeric, numeric, numeric, numeric, timestamptz, timestamptz)
    TO :"app", :"admin";
GRANT SELECT, INSERT, UPDATE, DELETE ON budget_spending, budget_leases TO :"app", :"admin";
