"""Accounts: registering, signing in, devices, sessions, passwords, deactivation.

Requirements: U1, U4. Spec: client-server API, "Client Authentication", "Device Management",
"Account moderation", "Capabilities negotiation".
"""

from depesha.accounts.account import DEACTIVATED as DEACTIVATED
from depesha.accounts.appservice import NO_APPSERVICES as NO_APPSERVICES
from depesha.accounts.appservice import Appservice as Appservice
from depesha.accounts.appservice import Appservices as Appservices
from depesha.accounts.caller import caller_of as caller_of
from depesha.accounts.find import check_not_suspended as check_not_suspended
from depesha.accounts.find import find_caller as find_caller
from depesha.accounts.find import find_devices as find_devices
from depesha.accounts.find import find_guests as find_guests
from depesha.accounts.find import is_active as is_active
from depesha.accounts.jobs import keep_house as keep_house
from depesha.accounts.moderate import operator_of as operator_of
from depesha.accounts.password import Passwords as Passwords
from depesha.accounts.record import Accounts as Accounts
from depesha.accounts.register import NewUser as NewUser
from depesha.accounts.register import register as register
from depesha.accounts.rules import PASSWORD_FLOWS as PASSWORD_FLOWS
from depesha.accounts.sessions import ACCOUNT as ACCOUNT
from depesha.accounts.sessions import SESSION as SESSION
from depesha.accounts.sessions import Sessions as Sessions
from depesha.accounts.signin import DEVICE as DEVICE
from depesha.accounts.signin import add_device as add_device
from depesha.accounts.signin import end_devices as end_devices
from depesha.accounts.uia import Interactive as Interactive
from depesha.accounts.uia import Operation as Operation
from depesha.accounts.uia import authenticate as authenticate
