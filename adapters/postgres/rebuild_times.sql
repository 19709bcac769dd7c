-- rebuild_times: when projections were last rebuilt
SELECT name, rebuilt_at FROM projections WHERE rebuilt_at IS NOT NULL;
