"""How much access keys and organizations may do with models: limits a minute and at once, and budgets."""
