"""The institution that a request, a log and every row belong to."""

from dataclasses import dataclass

from depesha.events.sign import Signer


@dataclass(frozen=True, slots=True)
class Institution:
    """One institution: its number in every table, its domain, and its signing key."""

    id: int
    server_name: str
    signer: Signer

    def is_local(self, matrix_id: str) -> bool:
        """True when an id of the form `…:domain` belongs to this institution."""
        return matrix_id.partition(":")[2] == self.server_name
