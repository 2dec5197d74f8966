"""Rooms: one file a verb.

Requirements M1, M14, D4. Spec: client-server API, "Rooms".
"""

from depesha.rooms.create import CreateRoom as CreateRoom
from depesha.rooms.create import create_room as create_room
from depesha.rooms.directory import find_visibility as find_visibility
from depesha.rooms.member import invite as invite
from depesha.rooms.member import join as join
from depesha.rooms.member import leave as leave
from depesha.rooms.record import Rooms as Rooms
from depesha.rooms.send import send_message as send_message
from depesha.rooms.send import send_state as send_state
