"""Notices: what the server itself tells people, officially or not, and what is urgent.

An official notice goes to everybody, to units or to people named, by a job, with figures. An
urgent message asks for acknowledgement, its sender sees whom it has reached, and who stands in for
somebody is told of it.

Requirements D3, M7, G7. Spec: client-server API, "Server Notices".
"""

from depesha.notices.deliveries import Deliveries as Deliveries
from depesha.notices.gate import keep_marks as keep_marks
from depesha.notices.jobs import make_jobs as make_jobs
from depesha.notices.record import Notices as Notices
from depesha.notices.send import Told as Told
from depesha.notices.send import send_content as send_content
from depesha.notices.send import send_notice as send_notice
from depesha.notices.urgent import project_urgent as project_urgent
