"""The models that each provider lists, one file a provider."""
