"""Parts that all prompt protocols share: sending prompts, and reading completions and streams."""
