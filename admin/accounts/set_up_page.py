"""The page one-use links lead to, until the web application has one of its own: a form, nothing else.

The token stands behind the `#`; the page reads it there and sends it with the form.
"""

import base64
import hashlib
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter(tags=["accounts"])

_SCRIPT: Final = """
const form = document.querySelector('form'), told = document.querySelector('output');
const owner = document.querySelector('fieldset'), token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
const here = location.pathname.replace(/set-up$/, '');
fetch(here + 'set-up/state').then(r => r.json()).then(state => {
  owner.hidden = owner.disabled = !state.needed;
});
form.addEventListener('submit', async event => {
  event.preventDefault();
  const body = {token, ...Object.fromEntries(new FormData(form))};
  const answer = await fetch(here + (owner.disabled ? 'links' : 'set-up'), {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
  const said = await answer.json();
  told.textContent = answer.ok ? `Welcome, ${said.name}. You are logged in as ${said.role}.` : said.detail;
  form.hidden = answer.ok;
  document.body.append(told);
});
"""
_STYLE: Final = """
:root { color-scheme: light dark } body { font: 16px/1.5 system-ui; max-width: 24rem; margin: 4rem auto;
padding: 0 1rem } fieldset { border: 0; padding: 0; margin: 0 } label { display: block; margin: 1rem 0 }
input, button { font: inherit; padding: .5rem; width: 100%; box-sizing: border-box } output { display: block }
"""
_PAGE: Final = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Tandem</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style>
<h1>Welcome to Tandem</h1>
<form>
<fieldset><label>E-mail <input name="email" type="email" autocomplete="username" required></label>
<label>Name <input name="name" autocomplete="name" required></label></fieldset>
<label>Password, 12 characters at least
<input name="password" type="password" autocomplete="new-password" minlength="12" required></label>
<button>Go on</button><output role="status"></output></form>
<script>{_SCRIPT}</script></html>
"""


def _allowed(kind: str, text: str) -> str:
    return f"{kind} 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; form-action 'none'; "
    f"frame-ancestors 'none'; base-uri 'none'; {_allowed('script-src', _SCRIPT)}; "
    f"{_allowed('style-src', _STYLE)}",
    "Referrer-Policy": "no-referrer",
}


@router.get("/set-up", response_class=HTMLResponse)
async def show_set_up_page() -> HTMLResponse:
    """Show the form that a one-use link leads to."""
    return HTMLResponse(_PAGE, headers=_HEADERS)
