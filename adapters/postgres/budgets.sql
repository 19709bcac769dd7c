-- renew: take note of what was spent, and return the spending of all, this process's part of the rest, and thresholds reached
SELECT spent, leased, reached FROM renew_budget_lease(
    %(organization_id)s, %(subject_id)s, coalesce(%(period_start)s::timestamptz, budget_start('total', %(now)s)), %(holder)s, %(budget_usd)s,
    %(spent_usd)s, %(committed_usd)s, %(wanted_usd)s, %(now)s, %(until)s);

-- organization_budget: the organization's own budget, and what was spent of it
SELECT o.budget_usd, o.budget_period, coalesce(b.spent_usd, 0), budget_end(o.budget_period, %(now)s)
FROM organizations o LEFT JOIN budget_spending b ON b.organization_id = o.id AND b.subject_id = o.id
    AND b.period_start = budget_start(o.budget_period, %(now)s)
WHERE o.id = %(organization_id)s;
