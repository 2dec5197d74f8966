"""SQL on the index. The one place whose SQL is the engines' own: full text is not standard."""

from typing import NamedTuple

from depesha.io.tx import Tx

_POSITIONS = 1 << 44


class FoundRow(NamedTuple):
    """An event found, and how well it fits: more is better."""

    docid: int
    rank: float


def docid_of(institution_id: int, position: int) -> int:
    return institution_id * _POSITIONS + position


def position_of(docid: int) -> int:
    return docid % _POSITIONS


async def insert_words(
    tx: Tx, institution_id: int, position: int, room_nid: int, words: str
) -> None:
    docid = docid_of(institution_id, position)
    if tx.engine == "sqlite":
        sql = "INSERT INTO search_index (rowid, words, room_nid) VALUES ($1, $2, $3)"
        await tx.execute(sql, docid, words, room_nid)
    else:
        sql = (
            "INSERT INTO search_index (docid, words, room_nid)"
            " VALUES ($1, to_tsvector('simple', $2), $3)"
        )
        await tx.execute(sql, docid, words, room_nid)


async def delete_words(tx: Tx, institution_id: int, position: int) -> None:
    key = "rowid" if tx.engine == "sqlite" else "docid"
    await tx.execute(
        f"DELETE FROM search_index WHERE {key} = $1",
        docid_of(institution_id, position),
    )


async def select_found(
    tx: Tx,
    institution_id: int,
    words: list[str],
    room_nids: list[int],
    *,
    by_rank: bool,
    limit: int,
) -> list[FoundRow]:
    """Events that have all the stems, in the rooms given."""
    low, high = docid_of(institution_id, 0), docid_of(institution_id + 1, 0)
    if tx.engine == "sqlite":
        query = " ".join(f'"{word}"' for word in words)
        order = "rank" if by_rank else "rowid DESC"
        return await tx.rows(
            FoundRow,
            "SELECT rowid, -rank FROM search_index WHERE search_index MATCH $1"
            " AND rowid > $2 AND rowid < $3 AND room_nid = ANY($4)"
            f" ORDER BY {order} LIMIT $5",
            query,
            low,
            high,
            room_nids,
            limit,
        )
    query = " & ".join(words)
    order = "2 DESC" if by_rank else "docid DESC"
    return await tx.rows(
        FoundRow,
        "SELECT docid, CAST(ts_rank(words, to_tsquery('simple', $1)) AS DOUBLE PRECISION)"
        " FROM search_index WHERE words @@ to_tsquery('simple', $1)"
        f" AND docid > $2 AND docid < $3 AND room_nid = ANY($4) ORDER BY {order} LIMIT $5",
        query,
        low,
        high,
        room_nids,
        limit,
    )
