"""Accounts: registering, signing in, devices, sessions, passwords, deactivation.

Requirements: U1, U4. Spec: client-server API, "Client Authentication", "Device Management",
"Account moderation", "Capabilities negotiation".
"""

from depesha.accounts.account import DEACTIVATED as DEACTIVATED
from depesha.accounts.account import deactivate as deactivate
from depesha.accounts.account import set_password as set_password
from depesha.accounts.admit import admission as admission
from depesha.accounts.appservice import NO_APPSERVICES as NO_APPSERVICES
from depesha.accounts.appservice import Appservice as Appservice
from depesha.accounts.appservice import Appservices as Appservices
from depesha.accounts.caller import caller_of as caller_of
from depesha.accounts.devices import delete_devices as delete_devices
from depesha.accounts.devices import load_devices as load_devices
from depesha.accounts.find import check_not_suspended as check_not_suspended
from depesha.accounts.find import find_caller as find_caller
from depesha.accounts.find import find_devices as find_devices
from depesha.accounts.find import find_guests as find_guests
from depesha.accounts.find import find_user as find_user
from depesha.accounts.find import has_password as has_password
from depesha.accounts.find import is_active as is_active
from depesha.accounts.invitations import is_usable as is_usable
from depesha.accounts.jobs import keep_house as keep_house
from depesha.accounts.leaver import Standing as Standing
from depesha.accounts.leaver import let_in as let_in
from depesha.accounts.leaver import select_standings as select_standings
from depesha.accounts.leaver import shut_out as shut_out
from depesha.accounts.login import access_by_password as access_by_password
from depesha.accounts.login import check_usable as check_usable
from depesha.accounts.login import local_user_id as local_user_id
from depesha.accounts.moderate import operator_of as operator_of
from depesha.accounts.password import Passwords as Passwords
from depesha.accounts.password import check_password as check_password
from depesha.accounts.record import Accounts as Accounts
from depesha.accounts.refresh import exchange as exchange
from depesha.accounts.register import NewUser as NewUser
from depesha.accounts.register import check_free as check_free
from depesha.accounts.register import insert_account as insert_account
from depesha.accounts.register import new_user_id as new_user_id
from depesha.accounts.register import register as register
from depesha.accounts.revoke import clients_in_use as clients_in_use
from depesha.accounts.revoke import end_session as end_session
from depesha.accounts.revoke import revoke as revoke
from depesha.accounts.rules import DUMMY as DUMMY
from depesha.accounts.rules import OAUTH_FLOWS as OAUTH_FLOWS
from depesha.accounts.rules import PASSWORD_FLOWS as PASSWORD_FLOWS
from depesha.accounts.rules import REGISTRATION_TOKEN as REGISTRATION_TOKEN
from depesha.accounts.sessions import ACCOUNT as ACCOUNT
from depesha.accounts.sessions import SESSION as SESSION
from depesha.accounts.sessions import Sessions as Sessions
from depesha.accounts.sessions import token_hash as token_hash
from depesha.accounts.signin import DEVICE as DEVICE
from depesha.accounts.signin import Holder as Holder
from depesha.accounts.signin import NewDevice as NewDevice
from depesha.accounts.signin import Tokens as Tokens
from depesha.accounts.signin import add_device as add_device
from depesha.accounts.signin import begin_session as begin_session
from depesha.accounts.signin import end_devices as end_devices
from depesha.accounts.store import DeviceRow as DeviceRow
from depesha.accounts.tickets import Ticket as Ticket
from depesha.accounts.tickets import issue as issue
from depesha.accounts.uia import Interactive as Interactive
from depesha.accounts.uia import Operation as Operation
from depesha.accounts.uia import approve as approve
from depesha.accounts.uia import authenticate as authenticate
