"""Reading the body of an HTML form, or of a request of OAuth 2.0, which has the same form."""

from urllib.parse import parse_qs

from depesha.base.errors import invalid_param, too_large
from depesha.http.endpoint import Ask

_MOST_BYTES = 16 * 1024
_MOST_FIELDS = 50


async def read_form(ask: Ask[None]) -> dict[str, str]:
    """The last value of each field; raises 413 M_TOO_LARGE, 400 M_INVALID_PARAM."""
    raw = b""
    async for piece in ask.stream:
        raw += piece
        if len(raw) > _MOST_BYTES:
            raise too_large()
    try:
        found = parse_qs(raw.decode(errors="replace"), True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise invalid_param("The form has too many fields") from None
    if any("\x00" in value for values in found.values() for value in values):
        raise invalid_param("The form contains U+0000")
    return {name: values[-1] for name, values in found.items()}
