"""Key backup: encrypted copies of session keys, kept for a user's future devices.

Requirements: M12, G9. Spec: client-server API, "Server-side key backups".
"""
