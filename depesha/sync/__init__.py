"""Sync: everything that changed for a person, in one answer.

Requirements M1, M14, P3. Spec: client-server API, "Syncing"; MSC4186 (simplified sliding sync).
"""

from depesha.sync.record import Sync as Sync
