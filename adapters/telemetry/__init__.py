"""OpenTelemetry: what is exported, and what is traced of calls to providers."""
