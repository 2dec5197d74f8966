"""SQL on the table of institutions."""

from typing import NamedTuple

from depesha.io.tx import Tx


class InstitutionRow(NamedTuple):
    """An institution's number and its domain."""

    institution_id: int
    server_name: str


async def select_institution(tx: Tx) -> InstitutionRow | None:
    """The first institution of this installation."""
    return await tx.row(
        InstitutionRow,
        "SELECT institution_id, server_name FROM tenants_institutions"
        " ORDER BY institution_id LIMIT 1",
    )


async def insert_institution(
    tx: Tx, institution_id: int, server_name: str, created_ts: int
) -> None:
    """Add it, unless another process has just done so."""
    await tx.execute(
        "INSERT INTO tenants_institutions (institution_id, server_name, created_ts)"
        " VALUES ($1, $2, $3) ON CONFLICT (institution_id) DO NOTHING",
        institution_id,
        server_name,
        created_ts,
    )
