"""Power levels as they are read: values, defaults, creators."""

import pytest

from depesha.base.canonical import Content
from depesha.events.event import ROOM_VERSIONS, RoomVersion
from depesha.events.power import (
    INFINITE_POWER,
    creators_of,
    level_of,
    notification_level,
    power_of,
    read_level,
    required_power,
)
from tests.events.rooms import ALICE, BOB, CAROL, VERSIONS, Room, create_room

each_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)


def room_with(version: RoomVersion, levels: Content, **create: object) -> Room:
    room = create_room(version, **create)
    room.put("m.room.power_levels", levels)
    return room


@pytest.mark.parametrize(
    ("value", "level", "last"),
    [
        (7, 7, 12),
        (-7, -7, 12),
        ("100", 100, 9),
        ("000100", 100, 9),
        ("+100", 100, 9),
        ("-100", -100, 9),
        (" +100 ", 100, 9),
        ("\t 00100\n", 100, 9),
        (50.57, 50, 5),
        (-50.57, -50, 5),
        (5.114698e4, 51146, 5),
        (float("inf"), None, 0),
        ("", None, 0),
        ("+ 1", None, 0),
        ("--1", None, 0),
        ("1.0", None, 0),
        ("1_000", None, 0),
        ("٣", None, 0),
        ("9" * 5000, None, 0),
        (True, None, 0),
        (None, None, 0),
        ([1], None, 0),
    ],
)
def test_values(value: object, level: int | None, last: int) -> None:
    """Spec: room versions 3 to 9, "Deprecated event content schemas"."""
    for version in VERSIONS:
        expected = level if int(version.id) <= last else None
        assert read_level(value, version) == expected, version.id


@each_version
def test_defaults(version: RoomVersion) -> None:
    """Spec: client-server API, `m.room.power_levels`."""
    for room in (room_with(version, {}), create_room(version)):
        named = {
            name: level_of(name, room.find, version)
            for name in ("users_default", "events_default", "state_default")
        }
        assert named == {"users_default": 0, "events_default": 0, "state_default": 50}
        acts = [level_of(name, room.find, version) for name in ("ban", "kick", "redact", "invite")]
        assert acts == [50, 50, 50, 0]
        assert notification_level("room", room.find, version) == 50
        assert required_power("m.room.message", None, room.find, version) == 0
        assert required_power("m.room.name", "", room.find, version) == 50
        assert power_of(BOB, room.find, version) == 0


@each_version
def test_levels_that_are_set(version: RoomVersion) -> None:
    levels = {
        "users": {BOB: 30},
        "users_default": 5,
        "events": {"m.room.name": 7},
        "events_default": 8,
        "state_default": 9,
        "notifications": {"room": 11},
        "kick": 12,
    }
    room = room_with(version, levels)
    assert power_of(BOB, room.find, version) == 30
    assert power_of(CAROL, room.find, version) == 5
    for event_type, state_key, level in (
        ("m.room.name", "", 7),
        ("m.room.name", None, 7),
        ("m.room.topic", "", 9),
        ("m.room.message", None, 8),
    ):
        assert required_power(event_type, state_key, room.find, version) == level
    assert notification_level("room", room.find, version) == 11
    assert notification_level("other", room.find, version) == 50
    assert level_of("kick", room.find, version) == 12


def test_levels_of_another_kind_are_as_if_absent() -> None:
    """Until version 9 no rule refuses them, so they may be in a room."""
    version = ROOM_VERSIONS["9"]
    room = room_with(version, {"events": [], "users": {BOB: "x"}, "kick": {}, "ban": "60"})
    assert power_of(BOB, room.find, version) == 0
    assert required_power("m.room.name", "", room.find, version) == 50
    assert level_of("kick", room.find, version) == 50
    assert level_of("ban", room.find, version) == 60


@each_version
def test_creators(version: RoomVersion) -> None:
    extra = {"creator": CAROL, "additional_creators": [BOB]}
    bare, room = create_room(version, **extra), room_with(version, {}, **extra)
    create = room.current("m.room.create")
    if version.privileged_creators:
        assert creators_of(create, version) == (ALICE, BOB)
        powers = {ALICE: INFINITE_POWER, BOB: INFINITE_POWER, CAROL: 0}
        assert {user: power_of(user, room.find, version) for user in powers} == powers
    else:
        creator = ALICE if version.sender_is_creator else CAROL
        assert creators_of(create, version) == (creator,)
        powers = {ALICE: 0, BOB: 0, CAROL: 0, creator: 100}
        assert power_of(creator, room.find, version) == 0, "without power levels only"
    assert {user: power_of(user, bare.find, version) for user in powers} == powers


def test_a_creator_of_version_12_is_above_every_level() -> None:
    version = ROOM_VERSIONS["12"]
    room = room_with(version, {"users": {BOB: 2**53 - 1}, "ban": 2**53 - 1})
    assert power_of(ALICE, room.find, version) > power_of(BOB, room.find, version)
    assert power_of(ALICE, room.find, version) > level_of("ban", room.find, version)
