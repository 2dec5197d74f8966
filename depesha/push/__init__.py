"""Push: which events are worth a notification, and sending it to a closed application.

Requirement M15 (the server's side). Spec: client-server API, "Push Notifications"; push gateway
API.
"""

from depesha.push.record import Push as Push
