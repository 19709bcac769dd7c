-- What was spent of budgets, of access keys and of organizations (whose subject is the organization itself).

-- When the period began in which a moment lies; all time begins at -infinity.
CREATE FUNCTION budget_start(period text, moment timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN period = 'total' THEN '-infinity'::timestamptz ELSE date_trunc(period, moment, 'UTC') END;

-- When the next period begins, so that the budget is whole again; null: never.
CREATE FUNCTION budget_end(period text, moment timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE period
    WHEN 'day' THEN (date_trunc('day', moment AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC'
    WHEN 'week' THEN (date_trunc('week', moment AT TIME ZONE 'UTC') + interval '1 week') AT TIME ZONE 'UTC'
    WHEN 'month' THEN (date_trunc('month', moment AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC' END;

CREATE TABLE budget_spending (
    organization_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    period_start timestamptz NOT NULL,
    spent_usd numeric NOT NULL DEFAULT 0,
    CONSTRAINT budget_spending_pkey PRIMARY KEY (organization_id, subject_id, period_start)
);

DO $$
BEGIN
    PERFORM isolate('budget_spending');
END
$$;

CREATE TRIGGER budget_spending_of_closed BEFORE INSERT ON budget_spending
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

REVOKE ALL ON FUNCTION budget_start(text, timestamptz), budget_end(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION budget_start(text, timestamptz), budget_end(text, timestamptz) TO :"app", :"admin";
GRANT SELECT, INSERT, UPDATE, DELETE ON budget_spending TO :"app", :"admin";
