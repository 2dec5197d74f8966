"""The tamper-evident log of acts: who did what to whom, chained by hashes and signed.

Requirements D7, O7, G4. A slice calls `record` inside the plan of the act itself, so that there is
no act without its line and no line without its act. `chain.verify` needs the lines and the
institution's public key, and nothing of ours: a stranger can run it.
"""

from depesha.audit.record import OPERATOR as OPERATOR
from depesha.audit.record import Act as Act
from depesha.audit.record import act_of as act_of
from depesha.audit.record import actor_of as actor_of
from depesha.audit.record import record as record
