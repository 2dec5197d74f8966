"""What tests ask of the log of acts."""

from tests.harness.client import Client


async def acts_of(reader: Client, target: str) -> list[str]:
    """The names of what was done to somebody, in order."""
    answer = await reader.get("/_depesha/v1/admin/audit", {"target": target})
    return [line["act"] for line in answer.ok()["lines"]]
