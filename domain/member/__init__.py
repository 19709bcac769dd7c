"""A person's membership of one organization. Who the person is stands beside the log, and can be erased."""
