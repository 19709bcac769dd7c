"""Running prompts: runnable models, attempts, and the answer."""
