"""Maps a provider's error response (status, headers, body) to an error kind; pure functions."""
