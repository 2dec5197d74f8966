"""The slice's record."""

from dataclasses import dataclass

from depesha.accounts import Accounts
from depesha.org import Org
from depesha.spine import Spine

CONTACTS = "contacts"
"""Kind of change: requests, blocks, the policy, or held invitations of the user named."""

ASK, OPEN, CLOSED = "ask", "open", "closed"
"""What becomes of strangers: a request box, all doors, no door."""

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Contacts:
    """Requests for contact, and what people do with strangers, of one institution."""

    spine: Spine
    accounts: Accounts
    org: Org
