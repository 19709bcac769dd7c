"""A person's membership of one organization. The person's identity is stored outside the log, and can be erased."""
