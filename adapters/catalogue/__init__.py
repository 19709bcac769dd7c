"""Facts about models from a file of our own, `models.json`, and their prices from genai-prices.

To add a model or correct one, edit its line in `models.json` and give the source and the day with it; a fact without
a source stays out. `domain.model.capabilities` has the words for capabilities.
"""
