"""Contacts: requests for contact, the request box for strangers, blocks.

Requirements: O3, D4, M13. Endpoints of our own at `/_depesha/v1/contacts`; whom one may write to by
the tree is for `org` to say.
"""

from depesha.contacts.record import Contacts as Contacts
from depesha.contacts.strangers import check_reachable as check_reachable
from depesha.contacts.strangers import find_hearing as find_hearing
from depesha.contacts.strangers import find_held as find_held
from depesha.contacts.strangers import follow_contacts as follow_contacts
from depesha.contacts.strangers import project_held as project_held
