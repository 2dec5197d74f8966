"""`m.push_rules` in a sync."""

from depesha.base.canonical import encode
from depesha.eventlog.section import NOTHING, Section, SyncAsk
from depesha.push.record import RULES, Push, load_choices_of
from depesha.push.ruleset import all_rules

KINDS = frozenset({RULES})


async def section(push: Push, ask: SyncAsk) -> Section:
    """All rules, when they changed or the client knows none."""
    if ask.since and not ask.may_have(KINDS):
        return NOTHING
    rules = all_rules(await load_choices_of(push, ask.user_id), ask.user_id)
    event = b'{"type":"m.push_rules","content":%b}' % encode({"global": rules})
    return Section(account_data=[event])
