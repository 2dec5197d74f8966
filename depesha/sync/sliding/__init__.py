"""Simplified sliding sync: the rooms a client shows, and only what it lacks of them.

Spec: MSC4186, in its accepted form and in the one that clients speak today.
"""
