"""pyVoIP beside us in the capacity bench: a process that answers calls and plays, and the calls placed to it by SIP.

pyVoIP wants a registrar before it answers anything, so the caller's side here plays one. It is given its
prompt as one piece of memory and records the caller alone, which is less work than ours has.
"""

import re
import socket
import subprocess
import sys
import tempfile
import time
import wave

SIP_PORT, CALLER_PORT = 5970, 5971
_SECONDS = 15
"""For all calls to be answered."""
_RESPONSE_HEADERS = ("Via", "From", "To", "Call-ID", "CSeq", "Contact")


class PyvoipPeer:
    """The process under test, and our end of its SIP."""

    def __init__(self, address: str, caller_address: str, talk_seconds: float) -> None:
        self._address, self._caller = address, caller_address
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip.bind((caller_address, CALLER_PORT))
        self._sip.settimeout(0.2)
        code = f"from bench.pyvoip_peer import answer; answer({address!r}, {caller_address!r}, {talk_seconds})"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def place_calls(self, ports: list[int]) -> list[tuple[str, int]]:
        """Register it, invite it once for each of our RTP ports, and return where it takes the audio of each."""
        self._serve_registration()
        time.sleep(1.5)
        answers: dict[int, int] = {}
        for number, port in enumerate(ports):
            self._sip.sendto(self._invite(number, port), (self._address, SIP_PORT))
            time.sleep(0.03)
        end = time.monotonic() + _SECONDS
        while len(answers) < len(ports) and time.monotonic() < end:
            text = self._receive()
            found = re.search(r"Call-ID: (\d+)@bench", text)
            media = re.search(r"m=audio (\d+)", text)
            if text.startswith("SIP/2.0 200") and found and media:
                answers[int(found[1])] = int(media[1])
                self._sip.sendto(self._acknowledgement(int(found[1]), text), (self._address, SIP_PORT))
        return [(self._address, answers[number]) for number in sorted(answers)]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._sip.close()

    def _receive(self) -> str:
        try:
            return self._sip.recv(8192).decode()
        except TimeoutError:
            return ""

    def _serve_registration(self) -> None:
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            text = self._receive()
            if text.startswith("REGISTER"):
                kept = [line for line in text.split("\r\n") if line.split(":")[0] in _RESPONSE_HEADERS]
                lines = ["SIP/2.0 200 OK", *kept, "Expires: 120", "Content-Length: 0", "", ""]
                self._sip.sendto("\r\n".join(lines).encode(), (self._address, SIP_PORT))
                return
        raise RuntimeError("pyVoIP did not register; is it installed (the extra 'bench')?")

    def _head(self, method: str, number: int, tag: str = "") -> list[str]:
        us, them = f"{self._caller}:{CALLER_PORT}", f"{self._address}:{SIP_PORT}"
        return [
            f"{method} sip:bench@{them} SIP/2.0",
            f"Via: SIP/2.0/UDP {us};branch=z9hG4bK{method.lower()}{number}",
            f'From: "caller" <sip:caller@{us}>;tag=c{number}',
            f'To: "bench" <sip:bench@{them}>{tag}',
            f"Call-ID: {number}@bench",
            f"CSeq: 1 {method}",
            f"Contact: <sip:caller@{us}>",
            "Max-Forwards: 70",
        ]

    def _invite(self, number: int, port: int) -> bytes:
        body = "\r\n".join(
            [
                "v=0", f"o=bench {number} 1 IN IP4 {self._caller}", "s=bench", f"c=IN IP4 {self._caller}", "t=0 0",
                f"m=audio {port} RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000",
                "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv", "",
            ]
        )  # fmt: skip
        lines = [
            *self._head("INVITE", number),
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        return "\r\n".join(lines).encode()

    def _acknowledgement(self, number: int, response: str) -> bytes:
        tag = re.search(r"\nTo:[^\r\n]*;tag=([^;\r\n]+)", response)
        lines = [*self._head("ACK", number, f";tag={tag[1]}" if tag else ""), "Content-Length: 0", "", ""]
        return "\r\n".join(lines).encode()


def answer(address: str, server: str, seconds: float) -> None:
    """Run pyVoIP: answer every call, play, and read what the caller says."""
    from pyVoIP.VoIP import CallState, VoIPCall, VoIPPhone

    prompt = bytes(128 + (place % 40) for place in range(round(8000 * (seconds + 30))))

    def take(call: VoIPCall) -> None:
        call.answer()
        call.write_audio(prompt)
        with tempfile.NamedTemporaryFile(suffix=".wav") as kept, wave.open(kept, "wb") as recording:
            recording.setparams((1, 1, 8000, 0, "NONE", ""))
            while call.state == CallState.ANSWERED:
                recording.writeframesraw(call.read_audio(160))

    VoIPPhone(
        server, CALLER_PORT, "bench", "", myIP=address, callCallback=take, sipPort=SIP_PORT, rtpPortLow=44000,
        rtpPortHigh=45000,
    ).start()  # fmt: skip
    time.sleep(seconds + 60)
