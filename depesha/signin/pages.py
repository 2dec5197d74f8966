"""The form of our pages. They load nothing, run nothing but what stands in them, and work alone.

The policy of each page names the one other place, if any, where its form may lead.
"""

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from depesha.http.endpoint import Reply
from depesha.signin.words import Words

_STYLE = """
:root{color-scheme:light dark;--ink:#1c1d21;--soft:#5b5f68;--page:#f2f4f7;--card:#fff;
--line:#c6cad2;--deep:#1f5fbf;--on-deep:#fff;--bad:#b3261e;--good:#1b6e3c}
@media(prefers-color-scheme:dark){:root{--ink:#e6e7ea;--soft:#a3a8b3;--page:#16171b;--card:#212329;
--line:#454954;--deep:#8ab4f8;--on-deep:#10233f;--bad:#ff8a80;--good:#7fd8a0}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;margin:0;color:var(--ink);
background:var(--page);min-height:100vh;display:grid;place-items:start center;
padding:clamp(0rem,6vh,4rem) 0}
main{width:100%;max-width:26rem;background:var(--card);padding:1.75rem 1.5rem 2rem}
main.wide{max-width:38rem}
@media(min-width:30rem){main{border-radius:1rem;box-shadow:0 1px 3px #0003;padding:2rem}}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{margin:.5rem 0;overflow-wrap:anywhere}
.soft,small{color:var(--soft)}small{display:block;font-size:.875rem;margin:.25rem 0 0}
[hidden]{display:none!important}
form{margin:1.25rem 0 0}label{display:block;font-weight:600;margin:1rem 0 .25rem}
input:not([type=checkbox]){width:100%;font:inherit;padding:.65rem .75rem;color:inherit;
background:transparent;border:1px solid var(--line);border-radius:.5rem}
label.check{font-weight:400;display:flex;gap:.6rem;align-items:start}
label.check input{width:1.25rem;height:1.25rem;margin:.1rem 0 0}
button,a.button{display:block;width:100%;min-height:2.9rem;font:inherit;font-weight:600;
margin:1.25rem 0 0;padding:.65rem 1rem;border-radius:.5rem;border:1px solid transparent;
background:var(--deep);color:var(--on-deep);cursor:pointer;text-align:center;text-decoration:none}
button.second,a.button.second{background:transparent;color:var(--deep);border-color:var(--line);
margin-top:.75rem}
button.bad{background:var(--bad);color:var(--card)}
a{color:var(--deep)}
:focus-visible{outline:3px solid var(--deep);outline-offset:2px}
.alert,.good{border-left:4px solid var(--bad);padding:.4rem .75rem;margin:1rem 0 0}
.good{border-color:var(--good)}
.rows{list-style:none;margin:.5rem 0 0;padding:0}
.rows li{border-top:1px solid var(--line)}
details{margin:1.5rem 0 0}summary{cursor:pointer;font-weight:600;min-height:1.5rem}
details li{padding:.6rem 0}
.rows a,.rows span{display:block;padding:.75rem 0;text-decoration:none;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto 1fr;gap:.4rem 1rem;margin:1rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.code{font-family:ui-monospace,monospace;font-size:1.25rem;letter-spacing:.15em;
text-transform:uppercase}
.or{display:flex;align-items:center;gap:.75rem;color:var(--soft);margin:1.25rem 0 0}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
svg.qr{display:block;width:12rem;height:12rem;background:#fff;border-radius:.5rem;margin:1rem auto}
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be answered: a title, and what stands below it as HTML."""

    title: str
    inner: str
    status: int = 200
    is_wide: bool = False
    script: str = ""
    leads_to: str = ""
    """A source of the content security policy where a form of the page may lead."""
    tells_opener: bool = False
    """Whether a program of another site that has opened the page waits for a word of it."""


def render(page: Page, words: Words, nonce: str, headers: tuple[tuple[bytes, bytes], ...]) -> Reply:
    """The whole page. `nonce` is what its policy knows its own script and style by."""
    script = f"<script nonce={nonce}>{page.script}</script>" if page.script else ""
    html = (
        f"<!doctype html><html lang={words.language}><head><meta charset=utf-8>"
        f'<meta name=viewport content="width=device-width,initial-scale=1">'
        f"<title>{escape(page.title)}</title><style nonce={nonce}>{_STYLE}</style></head>"
        f"<body><main{' class=wide' if page.is_wide else ''}><h1>{escape(page.title)}</h1>"
        f"{page.inner}</main>{script}</body></html>"
    )
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        f"connect-src 'self'; form-action 'self' {page.leads_to}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    all_headers = (
        (b"content-security-policy", policy.encode()),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"same-origin"),
        (
            b"cross-origin-opener-policy",
            b"unsafe-none" if page.tells_opener else b"same-origin-allow-popups",
        ),
        *headers,
    )
    return Reply(html.encode(), page.status, all_headers, b"text/html; charset=utf-8")


def redirect(
    target: str, status: int = 303, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Reply:
    """Send the browser elsewhere."""
    location = (b"location", quote(target, safe="%/:?#[]@!$&'()*+,;=~-._").encode())
    return Reply(b"", status, (location, (b"cache-control", b"no-store"), *headers), b"text/plain")


# --- pieces --------------------------------------------------------------------------


def form(token: str, inner: str, action: str = "", extra: str = "") -> str:
    """A form that brings the browser's token; `extra` are further attributes."""
    where = f' action="{escape(action)}"' if action else ""
    hidden = f'<input type=hidden name=token value="{token}">'
    return f"<form method=post{where} {extra}>{hidden}{inner}</form>"


def field(
    label: str,
    name: str,
    *,
    kind: str = "text",
    complete: str = "off",
    hint: str = "",
    value: str = "",
    extra: str = "required",
) -> str:
    """A labelled input."""
    described = f" aria-describedby={name}-hint" if hint else ""
    below = f"<small id={name}-hint>{escape(hint)}</small>" if hint else ""
    return (
        f"<label for={name}>{escape(label)}</label><input id={name} name={name} type={kind} "
        f'autocomplete="{complete}" value="{escape(value)}"{described} {extra}>{below}'
    )


def name_field(label: str, value: str = "", hint: str = "") -> str:
    """The input of a username."""
    return field(
        label,
        "user",
        complete="username webauthn",
        value=value,
        hint=hint,
        extra="required autofocus autocapitalize=none spellcheck=false maxlength=255",
    )


def check(label: str, name: str) -> str:
    """A box to tick."""
    return f"<label class=check><input type=checkbox name={name} value=1>{escape(label)}</label>"


def button(label: str, kind: str = "", answer: str = "") -> str:
    """A button that sends its form; `answer` is what it says."""
    look = f" class={kind}" if kind else ""
    says = f' name=answer value="{answer}"' if answer else ""
    return f"<button{look}{says}>{escape(label)}</button>"


def link(label: str, target: str, kind: str = "") -> str:
    """A link; with `kind` it looks like a button."""
    look = f' class="{kind}"' if kind else ""
    return f'<a href="{escape(target)}"{look}>{escape(label)}</a>'


def text(content: str, kind: str = "") -> str:
    """A paragraph."""
    look = f" class={kind}" if kind else ""
    return f"<p{look}>{escape(content)}</p>"


def alert(content: str) -> str:
    """What went wrong, or nothing."""
    return f"<p class=alert role=alert>{escape(content)}</p>" if content else ""


def good(content: str) -> str:
    """What was done, or nothing."""
    return f"<p class=good role=status>{escape(content)}</p>" if content else ""
