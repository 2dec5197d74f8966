"""Rooms: one file a verb.

Making, joining, leaving, inviting, removing, upgrading; sending and state, delayed events too;
aliases, the directory, summaries and spaces.

Requirements M1, M14, D4, O6, and O9 as far as groups follow people. Spec: client-server API,
"Rooms", "Room membership", "Spaces", "Knocking", "Restricted rooms", "Invite permission", "Room
Upgrades", "Mutual Rooms"; MSC4140.
"""

from depesha.rooms.alias import aliases_of as aliases_of
from depesha.rooms.create import CreateRoom as CreateRoom
from depesha.rooms.create import InitialState as InitialState
from depesha.rooms.create import NewRoom as NewRoom
from depesha.rooms.create import create_room as create_room
from depesha.rooms.create import decide_room as decide_room
from depesha.rooms.create import write_room as write_room
from depesha.rooms.delayed import project_overtaken as project_overtaken
from depesha.rooms.delayed import send_due as send_due
from depesha.rooms.directory import find_visibility as find_visibility
from depesha.rooms.farewell import follow_deactivation as follow_deactivation
from depesha.rooms.farewell import leave_rooms as leave_rooms
from depesha.rooms.farewell import project_guest_access as project_guest_access
from depesha.rooms.farewell import view_deactivation as view_deactivation
from depesha.rooms.follow_unit import follow_placed as follow_placed
from depesha.rooms.follow_unit import keep_groups as keep_groups
from depesha.rooms.follow_unit import project_group as project_group
from depesha.rooms.follow_unit import view_placed as view_placed
from depesha.rooms.gate import NOTICES as NOTICES
from depesha.rooms.gate import keep_notices as keep_notices
from depesha.rooms.gate import notices_sender as notices_sender
from depesha.rooms.invite import check_invitable as check_invitable
from depesha.rooms.invite import invite as invite
from depesha.rooms.invite import write_invite as write_invite
from depesha.rooms.join import join as join
from depesha.rooms.leave import leave as leave
from depesha.rooms.leave import write_forget as write_forget
from depesha.rooms.leave import write_leave as write_leave
from depesha.rooms.record import Bell as Bell
from depesha.rooms.record import Rooms as Rooms
from depesha.rooms.secrecy import gate_secrecy as gate_secrecy
from depesha.rooms.send import send_message as send_message
from depesha.rooms.send import send_state as send_state
