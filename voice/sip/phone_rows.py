"""Registrations in the database, so that a server that starts again knows where its users are.

Bindings count by a clock that only goes up while a process runs; rows have the time of day.
"""

from sqlalchemy import Connection, Executable, delete, insert, select

from models.database import moment
from models.phone import Phone
from voice.sip.bindings import Binding, Contact


def binding_rows(node: str, binding: Binding, present: bool, ahead: float) -> list[Executable]:
    """Return what writes a binding as it is from now on; `ahead`: Unix seconds minus those of the bindings' clock."""
    place = binding.contact.key
    gone = delete(Phone).where(Phone.node == node, Phone.user == binding.user, Phone.place == place)
    if not present:
        return [gone]
    row = insert(Phone).values(
        node=node,
        user=binding.user,
        place=place,
        contact=binding.contact.uri,
        host=binding.source[0],
        port=binding.source[1],
        q=binding.contact.q,
        expires_at=moment(binding.expires_at + ahead),
        refreshed_at=moment(binding.refreshed_at + ahead),
        call_id=binding.call_id,
        cseq=binding.cseq,
        user_agent=binding.user_agent,
    )
    return [gone, row]


def kept_bindings(connection: Connection, node: str, now: float, ahead: float) -> list[Binding]:
    """Return the bindings of `node` that still hold at `now` (seconds of the bindings' clock); the others are removed.

    `ahead` is as of `binding_rows`.
    """
    connection.execute(delete(Phone).where(Phone.node == node, Phone.expires_at <= moment(now + ahead)))
    connection.commit()
    rows = connection.execute(select(Phone.__table__).where(Phone.node == node)).all()
    return [
        Binding(
            user=row.user,
            contact=Contact(row.contact, None, row.q),
            source=(row.host, row.port),
            expires_at=row.expires_at.timestamp() - ahead,
            refreshed_at=row.refreshed_at.timestamp() - ahead,
            call_id=row.call_id,
            cseq=row.cseq,
            user_agent=row.user_agent,
        )
        for row in rows
    ]
