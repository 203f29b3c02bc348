"""Pages that are open now, by whose session: none outlives its session, and no other session can use them."""

import asyncio

from console.sessions import Session

LEAVING_S = 2.0
"""For a page to hear that it is to go to the form; what it asks meanwhile is refused."""


def close(session: str = "", *, account: str = "", but: str = "") -> None:
    """Lead the pages of a session, or of all an account's sessions (save `but`), to signing in, and forget them."""
    from nicegui import Client

    for client in list(Client.instances.values()):
        owner = _owner(client.id)
        if owner is None or owner.id == but or not (owner.id == session or (account and owner.viewer.name == account)):
            continue
        client.open("/sign-in")
        asyncio.get_running_loop().call_later(LEAVING_S, _forget, client.id)


def owns(page: str, session: Session) -> bool:
    """Tell whether a page, by its id, may be used by a session; one that isn't open is nobody's."""
    owner = _owner(page)
    return owner is None or owner.id == session.id


def _owner(page: str) -> Session | None:
    from nicegui import Client

    client = Client.instances.get(page)
    # All but a page of a script's own, which NiceGUI may have, are made for a request.
    found = client.request.scope.get("session") if client is not None else None
    return found if isinstance(found, Session) else None


def _forget(page: str) -> None:
    """Take everything off a page, timers and handlers too; NiceGUI deletes it once its socket is gone."""
    from nicegui import Client

    client = Client.instances.get(page)
    if client is not None:
        client.remove_all_elements()
