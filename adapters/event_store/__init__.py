"""The event log on Postgres, as recorder of the `eventsourcing` library: the one place that hops to a thread."""
