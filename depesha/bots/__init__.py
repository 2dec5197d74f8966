"""Bots: application services, told of what concerns them, acting as their users.

Requirements: W6, I3. Spec: application service API; MSC2409, MSC3202, MSC4203, MSC4326.
"""

from depesha.bots.client import ServiceClient as ServiceClient
from depesha.bots.collect import make_users as make_users
from depesha.bots.networks import ServiceNetworks as ServiceNetworks
from depesha.bots.record import Bots as Bots
from depesha.bots.registered import Services as Services
from depesha.bots.registration import Registration as Registration
from depesha.bots.registration import RegistrationError as RegistrationError
from depesha.bots.registration import check_distinct as check_distinct
from depesha.bots.registration import read_registration as read_registration
from depesha.bots.run import serve_services as serve_services
