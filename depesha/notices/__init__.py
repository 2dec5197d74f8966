"""Notices: what the server itself tells people, and what is urgent.

An urgent message asks for acknowledgement, its sender sees whom it has reached, and who stands in
for somebody is told of it.

Requirements D3 (its ground: notices of the administrator), M7, G7. Spec: client-server API, "Server
Notices".
"""

from depesha.notices.jobs import make_jobs as make_jobs
from depesha.notices.record import Notices as Notices
from depesha.notices.send import send_notice as send_notice
from depesha.notices.urgent import project_urgent as project_urgent
