-- renew: take note of what was spent, and return the spending of all, this process's part of the rest, and thresholds reached
SELECT spent, leased, reached FROM renew_budget_lease(
    %(organization_id)s, %(subject_id)s, coalesce(%(period_start)s::timestamptz, budget_start('total', %(now)s)), %(holder)s, %(budget_usd)s,
    %(spent_usd)s, %(committed_usd)s, %(wanted_usd)s, %(now)s, %(until)s);

-- note_threshold: an event of this threshold is recorded
UPDATE budget_spending SET noted_percent = greatest(noted_percent, %(percent)s)
WHERE organization_id = %(organization_id)s AND subject_id = %(subject_id)s
    AND period_start = coalesce(%(period_start)s::timestamptz, budget_start('total', %(now)s));

-- overdue: budgets of all organizations that have reached a threshold without an event of it; what a process had for itself
-- and did not renew in time counts as spent
SELECT b.organization_id, b.kind, b.subject_id, CASE WHEN b.budget_period <> 'total' THEN s.period_start END, b.budget_usd
FROM (SELECT organization_id, id AS subject_id, 'access-key' AS kind, budget_usd, budget_period FROM access_keys
      WHERE budget_usd IS NOT NULL
      UNION ALL
      SELECT id, id, 'organization', budget_usd, budget_period FROM organizations WHERE budget_usd IS NOT NULL) b
JOIN budget_spending s ON s.organization_id = b.organization_id AND s.subject_id = b.subject_id
    AND s.period_start = budget_start(b.budget_period, %(now)s)
WHERE s.noted_percent < (
    SELECT coalesce(max(t), 0) FROM unnest(ARRAY[50, 80, 100]) t
    WHERE (s.spent_usd + (SELECT coalesce(sum(l.leased_usd), 0) FROM budget_leases l
                          WHERE l.organization_id = s.organization_id AND l.subject_id = s.subject_id
                              AND l.period_start = s.period_start AND l.expires_at < %(now)s)) * 100 >= b.budget_usd * t)
LIMIT %(limit)s;

-- organization_budget: the organization's own budget, and what was spent of it
SELECT o.budget_usd, o.budget_period, coalesce(b.spent_usd, 0), budget_end(o.budget_period, %(now)s)
FROM organizations o LEFT JOIN budget_spending b ON b.organization_id = o.id AND b.subject_id = o.id
    AND b.period_start = budget_start(o.budget_period, %(now)s)
WHERE o.id = %(organization_id)s;
