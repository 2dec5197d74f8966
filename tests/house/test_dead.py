"""No function, method or class of the server is there for nothing."""

from collections.abc import Mapping

from vulture import Vulture

from tests.house.source import ROOT

CALLED_BY_LIBRARIES = {
    *("connection_made", "connection_lost", "data_received", "eof_received", "pause_writing"),
    *("resume_writing", "on_message_begin", "on_url", "on_header", "on_headers_complete"),
    *("on_body", "on_message_complete", "datagram_received", "error_received"),
    *("handle_starttag", "handle_data", "handle_endtag"),
}

AHEAD: Mapping[str, str] = {
    **dict.fromkeys(
        ("is_key_id", "has_right_hash", "sign_json", "verify_json", "verify_pdu"), "federation"
    ),
    **dict.fromkeys(("is_key_valid", "is_key_expired"), "federation"),
    **dict.fromkeys(("find_size", "sweep"), "retention of files"),
}
"""Name → what will use it. Only whole parts of the protocol may stand before their use."""


def test_everything_is_used() -> None:
    vulture = Vulture()
    vulture.scavenge([str(ROOT / "depesha")])
    unused = [
        f"{item.filename.relative_to(ROOT)}:{item.first_lineno} {item.name}"
        for item in vulture.get_unused_code()
        if item.typ in {"function", "method", "class", "property", "import"}
        and item.name not in CALLED_BY_LIBRARIES | AHEAD.keys()
    ]
    assert unused == []
