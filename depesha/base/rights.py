"""Who may do what beyond one's own affairs: rights, the roles that bring them, and grants.

Requirement O7. A right is asked for by the endpoint table (`right=`); nothing else looks at roles.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple


class Right(Enum):
    """One thing that a role may allow; the value is its name everywhere outside."""

    PEOPLE_READ = "people.read"
    PEOPLE_KEEP = "people.keep"
    """Make accounts, change cards, show out, end accounts."""
    PEOPLE_PASSWORD = "people.password"  # noqa: S105 (a name)
    """Give another password, take lost factors off."""
    PEOPLE_SESSIONS = "people.sessions"
    """See from where somebody is signed in, and end it."""
    PEOPLE_BLOCK = "people.block"
    """Lock and suspend."""
    TREE_READ = "tree.read"
    TREE_KEEP = "tree.keep"
    """Make, change and remove levels, appoint and dismiss."""
    TREE_IMPORT = "tree.import"
    POSTS = "posts.keep"
    """Make posts such as the duty officer's, and say who holds them when."""
    SEE_AS = "tree.see-as"
    """See the tree as another sees it."""
    INVITE = "invitations.keep"
    NOTICES = "notices.send"
    SURVEYS = "surveys.send"
    """Ask units and people of the institution. Their manager asks a unit without it."""
    COMPLAINTS = "complaints.decide"
    RETENTION = "retention.keep"
    """Say how long what was said is kept."""
    HOLDS = "holds.keep"
    INSPECT = "inspections.ask"
    """Ask to read the correspondence of others."""
    CONSENT = "inspections.consent"
    """Consent to what another has asked to read."""
    CUSTODY = "custody.keep"
    """Make the institution's recovery key, whose shares officers hold, and end it."""
    ROOMS = "rooms.moderate"
    """Redact what others wrote, list rooms, remove aliases."""
    AUDIT = "audit.read"
    ROLES_READ = "roles.read"
    ROLES_GRANT = "roles.grant"
    POLICIES = "policies.keep"
    """Say what is asked of those who sign in."""
    HEALTH = "health.read"
    SERVER = "server.keep"
    """Try what the server is set up with, such as its mail."""


class InUnits(NamedTuple):
    """A right that is enough for some levels of the tree too, for what is in them."""

    right: Right


class Role(Enum):
    """What somebody is in the institution. MEMBER and GUEST follow from the account itself."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    UNIT_ADMINISTRATOR = "unit_administrator"
    """For one level of the tree and all below it."""
    SECURITY_OFFICER = "security_officer"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    MEMBER = "member"
    GUEST = "guest"


_PEOPLE = frozenset(
    {
        Right.PEOPLE_READ,
        Right.PEOPLE_KEEP,
        Right.PEOPLE_PASSWORD,
        Right.PEOPLE_SESSIONS,
        Right.PEOPLE_BLOCK,
    }
)

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Right),
        Role.ADMINISTRATOR: _PEOPLE
        | {
            Right.TREE_READ,
            Right.TREE_KEEP,
            Right.TREE_IMPORT,
            Right.POSTS,
            Right.SEE_AS,
            Right.INVITE,
            Right.NOTICES,
            Right.SURVEYS,
            Right.ROOMS,
            Right.ROLES_READ,
            Right.ROLES_GRANT,
            Right.HEALTH,
            Right.SERVER,
        },
        Role.UNIT_ADMINISTRATOR: _PEOPLE
        | {Right.TREE_READ, Right.TREE_KEEP, Right.POSTS, Right.SURVEYS},
        Role.SECURITY_OFFICER: frozenset(
            {
                Right.PEOPLE_READ,
                Right.PEOPLE_SESSIONS,
                Right.PEOPLE_BLOCK,
                Right.COMPLAINTS,
                Right.RETENTION,
                Right.HOLDS,
                Right.INSPECT,
                Right.CONSENT,
                Right.POLICIES,
                Right.ROOMS,
                Right.AUDIT,
                Right.ROLES_READ,
            }
        ),
        Role.AUDITOR: frozenset({Right.AUDIT, Right.ROLES_READ, Right.CONSENT}),
        Role.OPERATOR: frozenset({Right.HEALTH, Right.SERVER}),
        Role.MEMBER: frozenset(),
        Role.GUEST: frozenset(),
    }
)

GRANTED = tuple(role for role in Role if RIGHTS[role])
"""The roles that are granted to somebody."""


class Grant(NamedTuple):
    """A role that somebody has; `unit` is the level it is for, 0 for the whole institution."""

    role: Role
    unit: int = 0


def is_grant(role: Role, unit: int) -> bool:
    """True for a role that can be granted, with a level exactly where the role is for one."""
    return role in GRANTED and (unit > 0) == (role is Role.UNIT_ADMINISTRATOR)


def rights_of(grants: Iterable[Grant]) -> frozenset[Right]:
    """What the grants allow in the whole institution."""
    return frozenset[Right]().union(*(RIGHTS[role] for role, unit in grants if not unit))


def units_of(grants: Iterable[Grant], right: Right) -> frozenset[int]:
    """The levels for which alone the grants allow it."""
    return frozenset(unit for role, unit in grants if unit and right in RIGHTS[role])


def may_grant(mine: Iterable[Grant], role: Role) -> bool:
    """True when the role gives nothing that one does not have oneself."""
    return RIGHTS[role] <= rights_of(mine)


def may_act_on(mine: Iterable[Grant], theirs: Iterable[Grant]) -> bool:
    """True when the other has no role, or one has all their rights and more."""
    held = frozenset[Right]().union(*(RIGHTS[role] for role, _ in theirs))
    return not held or held < rights_of(mine)
