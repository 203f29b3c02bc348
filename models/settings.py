"""What an administrator may set: `hotline.toml`, then `HOTLINE_…` from the environment; unknown keys are errors.

Every key is documented in `hotline.example.toml`; a test keeps the two in step.
"""

import re
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.quality_settings import QualitySettings
from models.retention_settings import RetentionSettings

CodecName = Literal["PCMU", "PCMA", "G722"]
Language = Literal["en", "zh"]
_HEADER = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+: *[^\r\n]*")
"""RFC 9110 section 5.1."""
_PORTS = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")


class Section(BaseModel):
    """One table of the configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _http(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise PydanticCustomError("url", "Input should be an address that begins with http:// or https://")
    return url


def _header_lines(lines: list[str]) -> list[str]:
    if any(not _HEADER.fullmatch(line) for line in lines):
        raise PydanticCustomError("headers", 'Input should be lines like "Name: value"')
    return lines


class TrunkSettings(Section):
    """A SIP trunk: a carrier or a PBX, known by its addresses, by registration, or both."""

    name: str
    host: str
    """Name or numeric address, optionally with :port; a name without a port is resolved by SRV, then A/AAAA."""
    addresses: list[str] = []
    """Further source addresses or CIDR networks that requests of this trunk may come from."""
    username: str = ""
    password: str = ""
    """Digest password; "env:NAME" reads it from the environment."""
    register_with: bool = False
    """Whether we REGISTER with it so that it can send us calls."""
    expires: int = Field(300, ge=60)
    """Seconds asked for in our REGISTER."""
    caller_number: str = ""
    """User part of From on calls through this trunk."""
    max_calls: int = Field(0, ge=0)
    """At a time, in both directions together; 0: no limit."""
    health_check: float = Field(30, ge=0)
    """Seconds between our OPTIONS; 0: none."""


class UserSettings(Section):
    """Somebody who may register a softphone with us."""

    name: str
    password: str = ""
    """Plain password ("env:NAME" reads the environment), or empty where `ha1` is given."""
    ha1: str = ""
    """MD5(user:realm:password) in hex, RFC 7616 section 3.4.2."""
    ha1_sha256: str = ""
    """SHA-256(user:realm:password) in hex."""


class GuardSettings(Section):
    """Limits towards sources we don't know."""

    requests_per_second: float = 20
    """New requests a second from one unknown source address, averaged over `window` seconds."""
    window: float = 5
    ban_seconds: float = 300
    register_failures: int = 5
    """Wrong REGISTER credentials in a row before a source address is made to wait (doubling up to the ban)."""
    scanners: list[str] = [
        "friendly-scanner",
        "sipvicious",
        "sipcli",
        "sip-scan",
        "sundayddr",
        "vaxsipuseragent",
    ]
    """User-Agent beginnings (any case) whose packets are dropped without an answer."""
    accept_unknown: bool = True
    """Whether calls from addresses that are no trunk and no registered user reach the hotline (never a way out)."""
    max_calls: int = Field(10, ge=0)
    """At a time from one such address; 0: no limit."""


class SipSettings(Section):
    listen: str = "0.0.0.0:5060"
    public_address: str = ""
    """Numeric address written into Contact, Via and SDP; empty: the listen address.

    Where that is 0.0.0.0, each peer is told the one that it reached us at; a registration needs this one.
    """
    realm: str = "hotline"
    trunks: list[TrunkSettings] = []
    users: list[UserSettings] = []
    guard: GuardSettings = GuardSettings()
    ring_seconds: float = 60
    """How long a call that we place may ring."""
    nonce_seconds: float = 60
    """How long a digest challenge of ours is good for."""
    phone_check: float = Field(30, ge=0)
    """Seconds between our OPTIONS to agents' phones; 0: none."""


class MediaSettings(Section):
    ports: str = "20000-29999"
    """UDP ports for RTP (even) and RTCP (odd), shared out to the workers."""
    workers: int = Field(1, ge=1, le=64)
    codecs: list[CodecName] = ["PCMU", "PCMA", "G722"]
    """Offered and accepted, best first."""
    silence_seconds: float = Field(60, gt=0)
    """A call whose caller sends no RTP for so long is ended (not while it is on hold)."""
    realtime: bool = True
    """Ask for SCHED_RR for the media workers."""

    @field_validator("ports")
    @classmethod
    def _hold_a_pair(cls, ports: str) -> str:
        if not _pairs(ports):
            raise PydanticCustomError(
                "ports",
                "Input should be first-last within 1024-65535, at least an even port and the next, like 20000-29999",
            )
        return ports

    @field_validator("workers")
    @classmethod
    def _have_a_pair_each(cls, workers: int, info: ValidationInfo) -> int:
        # Ports that are wrong themselves aren't there.
        ports = info.data.get("ports")
        if ports is not None and workers > _pairs(ports):
            raise PydanticCustomError(
                "workers",
                "Input should be at most {pairs}, the port pairs (an even one and the next) in ports {ports}",
                {"pairs": _pairs(ports), "ports": ports},
            )
        return workers


def _pairs(ports: str) -> int:
    """How many streams "first-last" carries, each with an even port and the next; 0 where it is no range."""
    found = _PORTS.fullmatch(ports)
    if found is None:
        return 0
    first, last = int(found[1]), int(found[2])
    return max(0, last + 1 - (first + first % 2)) // 2 if first >= 1024 and last <= 65535 else 0


class SpeechSettings(Section):
    workers: int = Field(1, ge=1, le=64)
    recogniser: Literal["whisper", "vosk", "none"] = "whisper"
    recogniser_model: str = ""
    """A directory of one's own with weights for the recogniser; empty: the ones `hotline models` knows."""
    detector: Literal["silero", "webrtc"] = "silero"
    synthesiser: Literal["piper", "kokoro", "pyttsx3", "none"] = "piper"
    voice: str = ""
    """A voice file of one's own; empty: the default voice of the language."""
    language: Language = "en"
    render_first: Literal["all", "language"] = "all"
    """Which fixed prompts are rendered before the first call: all, or (the others behind calls) those of `language`."""
    hangover_ms: int = Field(500, ge=150, le=2000)
    """Silence that ends an open answer, changed by what its draft reads like; other questions have their own (both in
    endpointing.py)."""


class DataSettings(Section):
    directory: Path = Path("data")
    """Recordings, prompt cache and the SQLite file live here."""


class DatabaseSettings(Section):
    url: str = ""
    """SQLAlchemy URL; empty: hotline.sqlite in the data directory."""


class LimitSettings(Section):
    max_calls: int = Field(100, ge=1)
    max_call_seconds: float = Field(3600, gt=0)
    drain_seconds: float = Field(120, ge=0)
    """After SIGTERM, how long running calls may go on."""
    retry_after: int = 10
    """Seconds in the Retry-After of our 503."""


class RouteSettings(Section):
    """Which flow answers which calls. The first route that fits in every respect is taken."""

    called: str = "*"
    """Dialled number or user part; `*` stands for any run of characters."""
    caller: str = "*"
    """The caller's number, with `*` alike."""
    hours: list[str] = []
    """When the route holds, like "mon-fri 09:00-18:00"; empty: always."""
    timezone: str = ""
    """IANA time zone of `hours`; empty: that of [dialplan]."""
    holidays: str = ""
    """Country (CN, GB, DE-BY …) on whose public holidays `hours` don't hold; empty: none."""
    share: float = Field(100, gt=0, le=100)
    """Percentage of the callers who fit; the others go on to the next route. One caller always fares alike."""
    flow: str
    """Name of a flow in the flows directory, or a path to a YAML file."""
    language: Literal["en", "zh", ""] = ""
    """What the call begins in; empty: [speech] language where the flow speaks it, else the flow's first."""


class DialplanSettings(Section):
    directory: Path | None = Path("flows")
    """Flows of one's own, if there are any; the shipped ones are found besides."""
    routes: list[RouteSettings] = [RouteSettings(called="*", flow="reception")]
    timezone: str = ""
    """IANA time zone of callers' "tomorrow at three", and of calendars and routes without one; empty: the machine's."""


class KnowledgeSettings(Section):
    """Free answers by a language model, only from articles that were found; off without a `url`."""

    url: str = ""
    """Of an OpenAI-compatible endpoint up to its version, such as http://127.0.0.1:8000/v1; empty: no free answers."""
    model: str = ""
    """Name of the model, as the endpoint knows it."""
    key: str = ""
    """Its key; "env:NAME" reads it from the environment."""
    timeout_s: float = Field(4, gt=0)
    """Seconds until the first sentence, and from one to the next; then the article's short answer is given."""


class CustomerSettings(Section):
    """Asking the company's system who a caller is, before the caller joins a queue; off without a `url`."""

    url: str = ""
    """Asked about each caller; {number} in it is the caller's number; empty: nobody is asked."""
    method: Literal["GET", "POST"] = "GET"
    """POST sends {"number": …, "called": …} as JSON."""
    headers: list[str] = []
    """Lines such as "Authorization: Bearer {{ env.CRM_TOKEN }}": a secret comes from the environment."""
    timeout_s: float = Field(1.5, gt=0, le=10)
    """For which a caller waits for the answer at most."""
    cache_s: float = Field(300, ge=0)
    """For which an answer is good."""
    name: str = "$.name"
    """JSON path (RFC 9535) of the name in the answer; so the next three."""
    tags: str = "$.tags"
    """Texts, such as "vip"; a queue's `priority` gives points for them."""
    owner: str = "$.owner"
    """Extension of the agent who owns the account."""
    orders: str = "$.orders"
    """The last ones, for the whisper and for programs."""

    _is_url = field_validator("url")(_http)
    _are_headers = field_validator("headers")(_header_lines)


WebhookEvent = Literal[
    "call.offered", "call.answered", "call.transferred", "call.ended", "call.ticket", "call.summary"
]  # fmt: skip


class WebhookSettings(Section):
    """A program of the company's that is told of calls in the queues."""

    url: str = Field(min_length=1)
    events: list[WebhookEvent] = list(get_args(WebhookEvent))
    """Which it is told of."""
    secret: str = ""
    """With which deliveries are signed; "env:NAME" reads it from the environment; empty: they aren't signed."""
    timeout_s: float = Field(5, gt=0, le=60)
    """For each attempt."""
    tries: int = Field(12, ge=1, le=100)
    """Attempts, 1, 2, 4 … up to 600 seconds apart, after which a delivery is given up: 12 take half an hour."""

    _is_url = field_validator("url")(_http)


class QueueSettings(Section):
    """What the queues have to do with the company's programs; queues themselves: `hotline queues`."""

    customers: CustomerSettings = CustomerSettings()
    webhooks: list[WebhookSettings] = []
    keep_days: int = Field(400, ge=0)
    """What happened in the queues, and messages with it, is deleted after so many days; 0: never."""


class CampaignSettings(Section):
    """Limits of all campaigns together; campaigns themselves: `hotline campaigns`."""

    max_calls: int = Field(0, ge=0)
    """Calls of all campaigns at a time; 0: as many as [limits] and each campaign allow."""
    calls_per_second: float = Field(0, ge=0)
    """Calls that all campaigns begin in any second; 0: no limit but each campaign's."""
    spend_per_day: float = Field(0, ge=0)
    """What all lines together may cost a day, in the currency of their prices; 0: no limit but each line's."""


class LineSettings(Section):
    """What counts when a line is chosen for a campaign's call, in answers; lines themselves: `hotline lines`."""

    answer_worth: float = Field(1.0, gt=0)
    """What one answered call is worth, in the currency of the lines' prices."""
    short: float = Field(1.0, ge=0, le=1)
    """How much of an answer is lost that is hung up at once."""
    delay: float = Field(0.01, ge=0)
    """Lost for each second until it rings."""
    local: float = Field(0.05, ge=0)
    """Won by a caller number of the callee's region; half as much by one of the country."""
    spread: float = Field(0.05, ge=0)
    """Won by a line whose caller numbers were not shown today; less as they are used up."""
    half_life_s: float = Field(14400, gt=0)
    """After which what was learned of a line counts half."""
    short_s: float = Field(6, gt=0)
    """A talk that isn't longer is a short call."""
    seed: int = 0
    """Of the chance that the choice draws with; 0: another at each start."""


class ConsoleSettings(Section):
    """What people and programs reach by `hotline console`."""

    listen: str = "127.0.0.1:9465"
    """Where it listens; other machines reach it through a proxy that speaks TLS."""
    url: str = Field("", pattern=r"^(https?://[^/?#\s]+/?)?$")
    """How browsers reach it, such as https://calls.example.com; "": as they ask for it. With https, cookies need it."""
    proxies: list[str] = []
    """Addresses and networks of proxies that may say whom they ask for (X-Forwarded-For, X-Forwarded-Proto)."""
    token: str = "env:HOTLINE_API_TOKEN"
    """What a program says as `Authorization: Bearer …`, with an administrator's rights; "env:NAME" reads it from the
    environment, and where that has none, only tokens of `hotline users token` count."""


class MetricsSettings(Section):
    listen: str = "127.0.0.1:9464"
    """Where Prometheus may fetch /metrics; empty: nowhere."""


class LogSettings(Section):
    format: Literal["human", "json"] = "human"
    level: Literal["debug", "info", "warning", "error"] = "info"
    personal: bool = False
    """Whether phone numbers and spoken words are written unmasked."""


class Settings(BaseSettings):
    """The whole configuration; environment variables like HOTLINE_SIP__LISTEN win over the file."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", env_nested_delimiter="__", extra="forbid", frozen=True)

    sip: SipSettings = SipSettings()
    media: MediaSettings = MediaSettings()
    speech: SpeechSettings = SpeechSettings()
    data: DataSettings = DataSettings()
    database: DatabaseSettings = DatabaseSettings()
    limits: LimitSettings = LimitSettings()
    dialplan: DialplanSettings = DialplanSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    queues: QueueSettings = QueueSettings()
    campaigns: CampaignSettings = CampaignSettings()
    lines: LineSettings = LineSettings()
    quality: QualitySettings = QualitySettings()
    retention: RetentionSettings = RetentionSettings()
    console: ConsoleSettings = ConsoleSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()
