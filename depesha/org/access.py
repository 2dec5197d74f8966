"""What is there, and what is answered of what is not."""

from depesha.accounts import is_active
from depesha.base.errors import MatrixError, not_found
from depesha.org.record import Org


def no_unit() -> MatrixError:
    """What is answered of a level that is not there, and of one that is not seen."""
    return not_found("There is no such unit")


def no_such_user() -> MatrixError:
    """What is answered of somebody who is not there, and of somebody who is not seen."""
    return not_found("There is no such user")


async def access_employee(org: Org, name: str) -> str:
    """The id of somebody who has an account here, by it or by the localpart; else 404."""
    user_id = org.user_id(name)
    if not await is_active(org.accounts, user_id):
        raise no_such_user()
    return user_id
