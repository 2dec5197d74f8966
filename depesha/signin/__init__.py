"""Ways to sign in: the OAuth 2.0 API with its pages, other devices, other providers, factors.

Requirements: U1, U2, U3, U4. Spec: client-server API, "OAuth 2.0 API", "Client login via SSO",
"OAuth authentication".
"""

from depesha.signin.alerts import make_alerts as make_alerts
from depesha.signin.consume import follow_account as follow_account
from depesha.signin.emails import make_emails as make_emails
from depesha.signin.jobs import keep_signin as keep_signin
from depesha.signin.ldap import make_elsewhere as make_elsewhere
from depesha.signin.ldap import make_way as make_way
from depesha.signin.ldap import read_scim_token as read_scim_token
from depesha.signin.ldap_sync import keep_directory as keep_directory
from depesha.signin.metadata import sso_flow as sso_flow
from depesha.signin.record import Names as Names
from depesha.signin.record import Signin as Signin
from depesha.signin.second import check_login_code as check_login_code
from depesha.signin.second import has_factor as has_factor
