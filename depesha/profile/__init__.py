"""What people say of themselves and keep with their account.

Requirements: M1, M15, D4. Spec: client-server API, "Profiles", "Client Config", "Room Tagging",
"Filtering", "User Directory", "Ignoring Users", "Invite permission".
"""

from depesha.profile.api import access_filter as access_filter
from depesha.profile.data import put_data as put_data
from depesha.profile.data import read_data as read_data
from depesha.profile.data import write_data as write_data
from depesha.profile.data import write_tag as write_tag
from depesha.profile.fields import PROFILE as PROFILE
from depesha.profile.fields import load_fields as load_fields
from depesha.profile.fields import load_name as load_name
from depesha.profile.fields import member_content as member_content
from depesha.profile.fields import save_name as save_name
from depesha.profile.fields import set_field as set_field
from depesha.profile.fields import tell_rest as tell_rest
from depesha.profile.invites import Answer as Answer
from depesha.profile.invites import invite_rules as invite_rules
from depesha.profile.networks import Networks as Networks
from depesha.profile.official import follow_name as follow_name
from depesha.profile.official import tell_names as tell_names
from depesha.profile.people import find_visible as find_visible
from depesha.profile.people import follow_account as follow_account
from depesha.profile.people import project_openness as project_openness
from depesha.profile.quiet import Quiet as Quiet
from depesha.profile.record import ACCOUNT_DATA as ACCOUNT_DATA
from depesha.profile.record import Profile as Profile
from depesha.profile.record import direct_rooms as direct_rooms
from depesha.profile.record import find_data as find_data
from depesha.profile.record import ignored_users as ignored_users
from depesha.profile.record import quiet_hours as quiet_hours
from depesha.profile.record import room_tags as room_tags
from depesha.profile.store import DataRow as DataRow
from depesha.profile.store import is_value as is_value
from depesha.profile.store import select_data_since as select_data_since
from depesha.profile.updates import find_updates as find_updates
