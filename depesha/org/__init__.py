"""The institution: its tree of levels, its employees, and who sees and may write to whom.

Requirements: O1, O2, O3, O9, G5, G6, G17; who may send what is urgent (M7), and
who may be in a group of which kind (O5). A level is a unit, a rank or a position; everything here
may be read at `/_depesha/v1/org/` as one sees it, and is kept at `/_depesha/v1/admin/org/`.
"""

from depesha.org.access import check_person as check_person
from depesha.org.access import check_within as check_within
from depesha.org.access import is_within as is_within
from depesha.org.access import no_such_user as no_such_user
from depesha.org.access import no_unit as no_unit
from depesha.org.begin import tell_deputies as tell_deputies
from depesha.org.enrol import import_people as import_people
from depesha.org.gate import gate as gate
from depesha.org.gate_group import fits as fits
from depesha.org.levels import Wanted as Wanted
from depesha.org.levels import change_level as change_level
from depesha.org.levels import create_level as create_level
from depesha.org.levels import remove_level as remove_level
from depesha.org.look import access_shown as access_shown
from depesha.org.look import acting_managers as acting_managers
from depesha.org.look import decided_levels as decided_levels
from depesha.org.look import deciding_chiefs as deciding_chiefs
from depesha.org.look import describe_anyone as describe_anyone
from depesha.org.look import describe_whole as describe_whole
from depesha.org.look import find_names as find_names
from depesha.org.look import find_shown as find_shown
from depesha.org.look import managed_units as managed_units
from depesha.org.people import BEGIN as BEGIN
from depesha.org.people import Card as Card
from depesha.org.people import appoint as appoint
from depesha.org.people import follow_ended_account as follow_ended_account
from depesha.org.people import put_card as put_card
from depesha.org.people import write_card as write_card
from depesha.org.people import write_leaver as write_leaver
from depesha.org.people import write_posts as write_posts
from depesha.org.project import project_talk as project_talk
from depesha.org.project import write_known as write_known
from depesha.org.provision import find_level as find_level
from depesha.org.provision import path_of as path_of
from depesha.org.provision import select_members as select_members
from depesha.org.provision import write_manager as write_manager
from depesha.org.provision import write_move as write_move
from depesha.org.provision import write_path as write_path
from depesha.org.record import BY_DIRECTORY as BY_DIRECTORY
from depesha.org.record import BY_SCIM as BY_SCIM
from depesha.org.record import DEPUTY as DEPUTY
from depesha.org.record import LEFT as LEFT
from depesha.org.record import NAMED as NAMED
from depesha.org.record import PERSON as PERSON
from depesha.org.record import PICTURED as PICTURED
from depesha.org.record import UNIT as UNIT
from depesha.org.record import Org as Org
from depesha.org.record import load_org as load_org
from depesha.org.rules import deciding_node as deciding_node
from depesha.org.rules import may as may
from depesha.org.sight import are_acquainted as are_acquainted
from depesha.org.sight import check_may as check_may
from depesha.org.sight import check_may_address as check_may_address
from depesha.org.sight import find_few_seen as find_few_seen
from depesha.org.sight import find_reachable as find_reachable
from depesha.org.sight import find_refusal_of as find_refusal_of
from depesha.org.sight import find_seen as find_seen
from depesha.org.sight import load_places as load_places
from depesha.org.sight import may_see as may_see
from depesha.org.sight import refused as refused
from depesha.org.sight import sees_alone as sees_alone
from depesha.org.table import Fault as Fault
from depesha.org.table import Row as Row
from depesha.org.tree import Node as Node
from depesha.org.tree import Right as Right
