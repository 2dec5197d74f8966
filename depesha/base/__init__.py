"""Floor 0: what knows no domain: identifiers, canonical JSON, the one error, time, settings."""
