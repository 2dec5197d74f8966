"""The outside world: database, files, processes, network. Knows nothing of Matrix."""
