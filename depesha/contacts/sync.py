"""Contacts in a sync: an event `org.depesha.contacts` among the global account data.

Its content is that of `GET /_depesha/v1/contacts`, whole, whenever something of it has changed,
or for whom the user stands in.
"""

from depesha.base.canonical import encode
from depesha.contacts.look import describe_contacts, is_nothing
from depesha.contacts.record import CONTACTS, Contacts
from depesha.eventlog.section import NOTHING, Section, SyncAsk
from depesha.org import DEPUTY

KINDS = frozenset({CONTACTS, DEPUTY})
TYPE = "org.depesha.contacts"


async def section(contacts: Contacts, ask: SyncAsk) -> Section:
    """The request box, blocks and policy of the user."""
    if not ask.may_have(KINDS):
        return NOTHING
    told = await describe_contacts(contacts, ask.user_id)
    if (not ask.since or ask.kinds is None) and is_nothing(told):
        return NOTHING
    return Section(account_data=[encode({"type": TYPE, "content": told})])
