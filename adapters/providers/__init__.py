"""Adapters for AI providers: one folder for each provider type and for each prompt protocol."""
