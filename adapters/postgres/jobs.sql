-- add_job: keep a new job, if not too many wait or run already
INSERT INTO admin_jobs (id, kind, subject, parameters, requested_by, correlation_id, reason, state, created_at, heartbeat_at)
SELECT %(id)s, %(kind)s, %(subject)s, %(parameters)s, %(requested_by)s, %(correlation_id)s, %(reason)s, 'queued',
       %(now)s::timestamptz, %(now)s::timestamptz
WHERE (SELECT count(*) FROM admin_jobs WHERE state IN ('queued', 'running')
       AND heartbeat_at BETWEEN %(earliest)s::timestamptz AND %(latest)s::timestamptz) < %(most)s
RETURNING true;

-- forget_jobs: keep the newest thousand
DELETE FROM admin_jobs WHERE created_at < (SELECT created_at FROM admin_jobs ORDER BY created_at DESC OFFSET 999 LIMIT 1);

-- job: one job
SELECT id, kind, subject, parameters, requested_by, correlation_id, reason, state, step, done, total, result, error,
       created_at, started_at, finished_at, heartbeat_at
FROM admin_jobs WHERE id = %(id)s;

-- jobs: the newest ones
SELECT id, kind, subject, parameters, requested_by, correlation_id, reason, state, step, done, total, result, error,
       created_at, started_at, finished_at, heartbeat_at
FROM admin_jobs ORDER BY created_at DESC, id LIMIT %(limit)s;

-- note_job: it is running, and so far; without a step it waits for its turn
UPDATE admin_jobs SET state = CASE WHEN %(step)s::text IS NULL THEN 'queued' ELSE 'running' END,
    started_at = CASE WHEN %(step)s::text IS NULL THEN NULL ELSE coalesce(started_at, %(now)s::timestamptz) END,
    heartbeat_at = %(now)s::timestamptz, step = %(step)s, done = %(done)s, total = %(total)s
WHERE id = %(id)s AND finished_at IS NULL RETURNING is_cancelled;

-- cancel_job: somebody wants it to stop
UPDATE admin_jobs SET is_cancelled = true WHERE id = %(id)s AND finished_at IS NULL;

-- finish_job: how it ended
UPDATE admin_jobs SET state = %(state)s, result = %(result)s, error = %(error)s, finished_at = %(now)s
WHERE id = %(id)s AND finished_at IS NULL;
