"""A bare phone for tests: it sends exactly the text it is given and reads what comes back."""

import asyncio
import secrets
import socket

from voice.sip.message import Request, Response
from voice.sip.parsing import read

HOST = "127.0.0.36"
OFFER = (
    "v=0\r\no=phone 1 1 IN IP4 127.0.0.36\r\ns=-\r\nc=IN IP4 127.0.0.36\r\nt=0 0\r\n"
    "m=audio 7000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
)
SDP = "Content-Type: application/sdp"


class Phone:
    def __init__(self, towards, host=HOST):
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((host, 0))
        self.host, self.port = host, self._socket.getsockname()[1]
        self._towards = towards
        self.call_id = secrets.token_hex(8)
        self.from_tag = secrets.token_hex(4)
        self.to_tag = ""
        self.remote_contact = "sip:100@127.0.0.31"
        self.cseq = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    @property
    def shown(self):
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def raw(self, data):
        self._socket.sendto(data if isinstance(data, bytes) else data.encode(), self._towards)

    def text(self, method, *headers, body="", cseq=0, branch="", uri=""):
        if not cseq:
            self.cseq += 1
        number = cseq or self.cseq
        tag = f";tag={self.to_tag}" if self.to_tag else ""
        lines = [
            f"{method} {uri or self.remote_contact} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.shown};branch={branch or 'z9hG4bK' + secrets.token_hex(6)}",
            f'From: "Phone" <sip:200@{self.shown}>;tag={self.from_tag}',
            f"To: <sip:100@127.0.0.31>{tag}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:200@{self.shown}>",
            "Max-Forwards: 70",
            *headers,
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", body])

    def request(self, method, *headers, **given):
        text = self.text(method, *headers, **given)
        self.raw(text)
        return text

    async def hear(self, seconds=20.0):
        """The next message, whatever it is."""
        async with asyncio.timeout(seconds):
            data = await asyncio.get_running_loop().sock_recv(self._socket, 65535)
        return read(data, self._towards)

    async def silence(self, seconds=0.1):
        try:
            heard = await self.hear(seconds)
        except TimeoutError:
            return
        raise AssertionError(heard.to_bytes().decode())

    async def final(self, method=""):
        """The next final response; requests that come in between are an error."""
        while True:
            heard = await self.hear()
            assert isinstance(heard, Response), heard.start_line
            if heard.code >= 200 and (not method or heard.cseq_method == method):
                return heard

    async def ask(self, method, *headers, **given):
        self.request(method, *headers, **given)
        return await self.final(method)

    async def incoming(self, method):
        """The next request, which has to be of this method; responses before it are skipped."""
        while True:
            heard = await self.hear()
            if isinstance(heard, Request):
                assert heard.method == method, heard.start_line
                return heard

    def reply(self, request, code, words, *headers, body=""):
        given = [tuple(header.split(": ", 1)) for header in headers]
        self.raw(request.response(code, words, given, body, tag="remote").to_bytes())

    async def call(self, *headers, body=OFFER):
        """INVITE and ACK; returns the 200."""
        extra = [SDP] if body else []
        answer = await self.ask("INVITE", *extra, *headers, body=body)
        assert answer.code == 200, answer.start_line
        self.up(answer)
        self.request("ACK", cseq=self.cseq, body="" if body else OFFER)
        return answer

    def up(self, answer):
        self.to_tag = answer.to_tag
        self.remote_contact = answer.first("Contact").strip("<>")
