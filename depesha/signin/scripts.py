"""The few scripts of our pages: asking the device for a passkey."""

DONE = """
if (window.onAuthDone) window.onAuthDone();
else if (window.opener) window.opener.postMessage("authDone", "*");
"""
"""Tells the program that opened the page. Spec: client-server API, "Fallback"."""

_BYTES = """
const bytes = (text) => Uint8Array.from(
  atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "");
const form = document.getElementById("passkey");
if (window.PublicKeyCredential) form.hidden = false;
const send = (found, response) => {
  form.elements.credential.value = JSON.stringify({
    id: found.id, rawId: text(found.rawId), type: found.type, response,
    clientExtensionResults: {},
    authenticatorAttachment: found.authenticatorAttachment,
  });
  form.submit();
};
"""

_SIGN_IN = """
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const found = await navigator.credentials.get({ publicKey: {
      ...options, challenge: bytes(options.challenge),
    } });
    send(found, {
      clientDataJSON: text(found.response.clientDataJSON),
      authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
      userHandle: found.response.userHandle ? text(found.response.userHandle) : undefined,
    });
  } catch (error) {
    document.getElementById("passkey-trouble").hidden = false;
  }
});
"""

_REGISTER = """
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const found = await navigator.credentials.create({ publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: (options.excludeCredentials || []).map(
        (one) => ({ ...one, id: bytes(one.id) })),
    } });
    send(found, {
      clientDataJSON: text(found.response.clientDataJSON),
      attestationObject: text(found.response.attestationObject),
      transports: found.response.getTransports ? found.response.getTransports() : [],
    });
  } catch (error) {
    document.getElementById("passkey-trouble").hidden = false;
  }
});
"""


def signin_script(options: str) -> str:
    """Fills in the form `passkey` with the answer of a passkey; `options` is JSON."""
    return f"const options = {_in_script(options)};{_BYTES}{_SIGN_IN}"


def register_script(options: str) -> str:
    """Fills in the form `passkey` with a new passkey; `options` is JSON."""
    return f"const options = {_in_script(options)};{_BYTES}{_REGISTER}"


def _in_script(json: str) -> str:
    """JSON that cannot end the script that it stands in."""
    return json.replace("<", "\\u003c")
