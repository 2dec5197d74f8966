"""Endpoints of push rules, pushers and notifications."""

from collections.abc import Callable

import msgspec

from depesha.base.canonical import Content, Json, find_unsafe
from depesha.base.errors import bad_json, invalid_param, missing_param
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.read import END
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.push import store
from depesha.push.audience import hears_of
from depesha.push.defaults import POSTCONTENT
from depesha.push.notifications import list_notifications
from depesha.push.pushers import list_pushers, set_pusher
from depesha.push.record import RULES, Push, load_choices_of
from depesha.push.ruleset import (
    UNCHANGED,
    Choices,
    access_rule,
    all_rules,
    change_rule,
    check_kind,
    compile_rules,
    delete_rule,
    dump_choices,
    load_choices,
    put_rule,
    rooms_named,
)
from depesha.push.trial import try_push
from depesha.signals import write_hearing

_ALL = "/_matrix/client/v3/pushrules/"
_RULE = _ALL + "global/{kind}/{ruleId}"


class RuleBody(msgspec.Struct, frozen=True):
    """`PUT /pushrules/global/{kind}/{ruleId}`."""

    actions: list[Json]
    conditions: list[Content] | None = None
    pattern: str | None = None


class EnabledBody(msgspec.Struct, frozen=True):
    """`PUT …/enabled`."""

    enabled: bool


class ActionsBody(msgspec.Struct, frozen=True):
    """`PUT …/actions`."""

    actions: list[Json]


async def _change(push: Push, user_id: str, change: Callable[[Choices], Choices]) -> None:
    """Change the user's rules on what they are within the transaction."""

    async def plan(w: Writing) -> None:
        row = await store.select_choices(w.tx, w.institution.id, user_id)
        before = UNCHANGED if row is None else load_choices(row.choices)
        after = change(before)
        if after == before:
            return
        text = dump_choices(after)
        position = await w.change(Change(RULES, Reach.USER, user_id))
        await store.upsert_choices(w.tx, w.institution.id, user_id, text, position)
        everywhere = hears_of(compile_rules(after, ""))
        rooms = {room: hears_of(compile_rules(after, room)) for room in rooms_named(after)}
        await write_hearing(w, user_id, everywhere, rooms)

    await push.spine.log.commit(plan)


@endpoint("GET", _ALL, "/_matrix/client/v3/pushrules", spec="getPushRules")
async def get_rules(push: Push, ask: Ask[None]) -> Reply:
    """All rules."""
    user_id = ask.caller.user_id
    return json_reply({"global": all_rules(await load_choices_of(push, user_id), user_id)})


@endpoint(
    "GET",
    _ALL + "global/",
    "/_matrix/client/v3/pushrules/global",
    spec="getPushRulesGlobal",
)
async def get_global_rules(push: Push, ask: Ask[None]) -> Reply:
    """All rules, without the scope."""
    user_id = ask.caller.user_id
    return json_reply(all_rules(await load_choices_of(push, user_id), user_id))


async def _rule(push: Push, ask: Ask[Json]) -> Content:
    user_id, params = ask.caller.user_id, ask.params
    choices = await load_choices_of(push, user_id)
    return access_rule(choices, params["kind"], params["ruleId"], user_id)


@endpoint("GET", _RULE, spec="getPushRule")
async def get_rule(push: Push, ask: Ask[None]) -> Reply:
    """One rule."""
    return json_reply(await _rule(push, ask))


@endpoint("PUT", _RULE, body=RuleBody, spec="setPushRule")
async def put_one_rule(push: Push, ask: Ask[RuleBody]) -> Reply:
    """Add or change a rule of one's own."""
    kind, rule_id, body = ask.params["kind"], ask.params["ruleId"], ask.body
    check_kind(kind)
    if rule_id.startswith(".") or not rule_id or len(rule_id) > 255 or {"/", "\\"} & set(rule_id):
        raise invalid_param("A rule of one's own does not begin with a dot or contain a slash")
    if kind == POSTCONTENT:
        raise invalid_param("This kind has the predefined rules alone")
    _check_actions(body.actions)
    rule: Content = {
        "rule_id": rule_id,
        "default": False,
        "enabled": True,
        "actions": body.actions,
    }
    if kind == "content":
        if body.pattern is None:
            raise missing_param("pattern")
        rule["pattern"] = body.pattern
    if kind in {"override", "underride"}:
        rule["conditions"] = body.conditions or []
        if find_unsafe(rule["conditions"]):
            raise bad_json("The conditions cannot be kept")
    before, after = ask.query.get("before"), ask.query.get("after")
    await _change(push, ask.caller.user_id, lambda c: put_rule(c, kind, rule, before, after))
    return EMPTY


def _check_actions(actions: list[Json]) -> None:
    for action in actions:
        if not isinstance(action, str | dict) or (
            isinstance(action, dict) and not isinstance(action.get("set_tweak"), str)
        ):
            raise bad_json("An action is a text, or an object with set_tweak")
    if find_unsafe(actions):
        raise bad_json("The actions cannot be kept")


@endpoint("DELETE", _RULE, spec="deletePushRule")
async def delete_one_rule(push: Push, ask: Ask[None]) -> Reply:
    """Remove a rule of one's own."""
    kind, rule_id = ask.params["kind"], ask.params["ruleId"]
    await _change(push, ask.caller.user_id, lambda c: delete_rule(c, kind, rule_id))
    return EMPTY


@endpoint("GET", _RULE + "/enabled", spec="isPushRuleEnabled")
async def get_enabled(push: Push, ask: Ask[None]) -> Reply:
    """Whether a rule is on."""
    return json_reply({"enabled": (await _rule(push, ask))["enabled"]})


async def _set(push: Push, ask: Ask[Json], part: str, value: Json) -> Reply:
    kind, rule_id, user_id = ask.params["kind"], ask.params["ruleId"], ask.caller.user_id
    await _change(push, user_id, lambda c: change_rule(c, kind, rule_id, user_id, part, value))
    return EMPTY


@endpoint("PUT", _RULE + "/enabled", body=EnabledBody, spec="setPushRuleEnabled")
async def put_enabled(push: Push, ask: Ask[EnabledBody]) -> Reply:
    """Switch a rule on or off."""
    return await _set(push, ask, "enabled", ask.body.enabled)


@endpoint("GET", _RULE + "/actions", spec="getPushRuleActions")
async def get_actions(push: Push, ask: Ask[None]) -> Reply:
    """What a rule does."""
    return json_reply({"actions": (await _rule(push, ask))["actions"]})


@endpoint("PUT", _RULE + "/actions", body=ActionsBody, spec="setPushRuleActions")
async def put_actions(push: Push, ask: Ask[ActionsBody]) -> Reply:
    """Change what a rule does."""
    _check_actions(ask.body.actions)
    return await _set(push, ask, "actions", ask.body.actions)


@endpoint("GET", "/_matrix/client/v3/pushers", spec="getPushers")
async def get_pushers(push: Push, ask: Ask[None]) -> Reply:
    """One's own pushers."""
    return json_reply({"pushers": await list_pushers(push, ask.caller.user_id)})


@endpoint("POST", "/_matrix/client/v3/pushers/set", body=Content, spec="postPusher")
async def post_pusher(push: Push, ask: Ask[Content]) -> Reply:
    """Add, change or remove a pusher."""
    await set_pusher(push, ask.caller.user_id, ask.caller.device_id, ask.body)
    return EMPTY


@endpoint("GET", "/_matrix/client/v3/notifications", limit="search", spec="getNotifications")
async def get_notifications(push: Push, ask: Ask[None]) -> Reply:
    """What has notified the caller lately."""
    token = ask.query.get("from")
    if token is not None and not (token.isascii() and token.isdigit() and len(token) < 19):
        raise invalid_param("Unknown pagination token")
    told, following = await list_notifications(
        push,
        ask.caller.user_id,
        END if token is None else int(token),
        ask.number("limit", 20, low=1, high=100),
        only_highlights=ask.query.get("only") == "highlight",
    )
    body: Content = {"notifications": told}
    if following is not None:
        body["next_token"] = str(following)
    return json_reply(body)


@endpoint("GET", "/_depesha/v1/push/key", auth=Auth.USER)
async def get_key(push: Push, ask: Ask[None]) -> Reply:
    """`key`: what a browser subscribes to Web Push with, as unpadded Base64 of URLs."""
    return json_reply({"key": push.vapid.public})


@endpoint("POST", "/_depesha/v1/push/trial", auth=Auth.USER)
async def post_trial(push: Push, ask: Ask[None]) -> Reply:
    """Push something to the caller's browser at once: `status` is what its push service answers.

    `status` is null when the service cannot be reached. 404 when the device has no such pusher.
    """
    status = await try_push(push, ask.caller.user_id, ask.caller.device_id)
    return json_reply({"status": status})


ENDPOINTS: tuple[Endpoint[Push, Json], ...] = (
    get_key,
    post_trial,
    get_rules,
    get_global_rules,
    get_rule,
    put_one_rule,
    delete_one_rule,
    get_enabled,
    put_enabled,
    get_actions,
    put_actions,
    get_pushers,
    post_pusher,
    get_notifications,
)
