"""Operations of the client-server API that Depesha does not offer, and why.

An operation leaves this table when its endpoint comes; `tests/house/test_spec.py` holds both
to each other.
"""

from collections.abc import Mapping

_NO_CONTACTS = """
    post3PIDs add3PID bind3PID requestTokenTo3PIDEmail requestTokenTo3PIDMSISDN
    requestTokenToRegisterMSISDN requestTokenToResetPasswordMSISDN
"""

ABSENT: Mapping[str, str] = {
    **dict.fromkeys(
        _NO_CONTACTS.split(),
        "always refused: addresses are added on the account page, no short message is sent",
    ),
    "getWellknownPolicy": "404: this server is no policy server",
}
"""operationId → reason."""
