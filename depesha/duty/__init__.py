"""What an institution owes: complaints, retention, holds, inspections, everybody's own data.

Requirements D6 (complaints, sealed removal), D7, G10, U6. Spec: client-server API, "Reporting
Content"; MSC1763. What is erased, and how clients learn of it: docs/decisions, "Retention".
"""

from depesha.duty.hauls import Hauls as Hauls
from depesha.duty.held import label as label
from depesha.duty.jobs import keep_duty as keep_duty
from depesha.duty.jobs import make_duty as make_duty
from depesha.duty.project import project_duty as project_duty
from depesha.duty.record import Duty as Duty
