"""What an institution owes by law.

Requirement D6 (the ground of it). Spec: client-server API, "Reporting Content".
"""

from depesha.duty.record import Duty as Duty
