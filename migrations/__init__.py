"""The schema, forward only: numbered SQL files, applied in order by `modelbook migrate`."""
