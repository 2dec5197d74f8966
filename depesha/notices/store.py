"""SQL on the rooms of server notices."""

from depesha.io.tx import Tx


async def select_room(tx: Tx, institution_id: int, user_id: str) -> str | None:
    """The room in which the user is told notices."""
    return await tx.value(
        str,
        "SELECT room_id FROM notices_rooms WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def insert_room(tx: Tx, institution_id: int, user_id: str, room_id: str) -> None:
    await tx.execute(
        "INSERT INTO notices_rooms (institution_id, user_id, room_id) VALUES ($1, $2, $3)",
        institution_id,
        user_id,
        room_id,
    )
