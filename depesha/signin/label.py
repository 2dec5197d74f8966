"""What the server collects of people, to be read before one registers. Requirement U6."""

from html import escape

from depesha.base.canonical import Content
from depesha.signin.words import Words


def label_section(label: Content, words: Words) -> str:
    """The label as HTML, folded, in the language of the page."""
    at, parts = words.language, []
    for kind in label["kinds"]:
        linked = words("label_linked" if kind["linked_to_identity"] else "label_unlinked")
        parts.append(
            f"<li><b>{escape(kind['what'][at])}</b><small>{linked}<br>"
            f"{escape(words('label_purpose', kind['purpose'][at]))}<br>"
            f"{escape(words('label_kept', kind['kept'][at]))}</small></li>"
        )
    free = "" if label["advertising"] or label["trackers"] else f"<p>{words('label_no_ads')}</p>"
    given = escape(words("label_given_to", label["given_to"][at]))
    return (
        f"<details><summary>{words('label')}</summary>{free}"
        f"<ul class=rows>{''.join(parts)}</ul><p>{given}</p></details>"
    )
