"""Notices: what the server itself tells people.

Requirement D3 (its ground: notices of the administrator). Spec: client-server API, "Server
Notices".
"""

from depesha.notices.record import Notices as Notices
from depesha.notices.send import send_notice as send_notice
