"""What a final SIP code means as a cause, in words; and what we send for a cause of ours (RFC 3261, 3326, 3398)."""

from types import MappingProxyType

from models.cause import Cause

_MEANINGS: dict[int, tuple[Cause, str]] = {
    300: (Cause.LINE_REFUSED, "several places to choose from, none taken"),
    301: (Cause.NO_SUCH_NUMBER, "the number has moved for good"),
    302: (Cause.LINE_REFUSED, "the called side is elsewhere for now"),
    305: (Cause.LINE_REFUSED, "only through another proxy"),
    380: (Cause.LINE_REFUSED, "another kind of service was offered"),
    400: (Cause.BAD_REQUEST, "our request was not understood"),
    401: (Cause.UNAUTHORISED, "the line wants other credentials"),
    402: (Cause.FORBIDDEN, "the line wants to be paid"),
    403: (Cause.FORBIDDEN, "the line does not allow this call"),
    404: (Cause.NO_SUCH_NUMBER, "there is no such number"),
    405: (Cause.LINE_REFUSED, "the line takes no calls there"),
    406: (Cause.NO_COMMON_CODEC, "no answer that we accept"),
    407: (Cause.UNAUTHORISED, "the line wants other credentials"),
    408: (Cause.LINE_UNREACHABLE, "no answer from the line"),
    410: (Cause.NO_SUCH_NUMBER, "the number is no longer in use"),
    412: (Cause.BAD_REQUEST, "a condition of the request failed"),
    413: (Cause.BAD_REQUEST, "our request was too large"),
    414: (Cause.BAD_REQUEST, "the number was too long"),
    415: (Cause.NO_COMMON_CODEC, "the line does not read our session description"),
    416: (Cause.BAD_REQUEST, "the line does not know this kind of address"),
    417: (Cause.BAD_REQUEST, "the line does not know this resource priority"),
    420: (Cause.BAD_REQUEST, "the line lacks an extension that we asked for"),
    421: (Cause.LINE_REFUSED, "the line wants an extension that we lack"),
    422: (Cause.LINE_REFUSED, "the line wants longer session intervals"),
    423: (Cause.BAD_REQUEST, "the interval was too brief"),
    424: (Cause.BAD_REQUEST, "the line wants to know our place"),
    425: (Cause.BAD_REQUEST, "the line wants to know our place"),
    428: (Cause.FORBIDDEN, "the line wants a signed identity"),
    429: (Cause.BAD_REQUEST, "the line wants to know who refers"),
    430: (Cause.LINE_UNREACHABLE, "a hop on the way failed"),
    433: (Cause.FORBIDDEN, "anonymous calls are not taken"),
    436: (Cause.FORBIDDEN, "the line can't read our identity's certificate"),
    437: (Cause.FORBIDDEN, "the line does not trust our identity's certificate"),
    438: (Cause.FORBIDDEN, "the line found our identity invalid"),
    439: (Cause.LINE_REFUSED, "the first hop lacks what the call needs"),
    440: (Cause.LINE_REFUSED, "too many branches on the way"),
    469: (Cause.BAD_REQUEST, "the line does not take this package"),
    470: (Cause.FORBIDDEN, "the called side has to agree first"),
    480: (Cause.NO_ANSWER, "the called side can't be reached now"),
    481: (Cause.BAD_REQUEST, "the line does not know this call"),
    482: (Cause.LINE_REFUSED, "the call went round in a loop"),
    483: (Cause.LINE_REFUSED, "too many hops on the way"),
    484: (Cause.NO_SUCH_NUMBER, "the number is incomplete"),
    485: (Cause.NO_SUCH_NUMBER, "the number is ambiguous"),
    486: (Cause.BUSY, "the called side is busy"),
    487: (Cause.CANCELLED, "the call was given up before the answer"),
    488: (Cause.NO_COMMON_CODEC, "no codec in common"),
    489: (Cause.BAD_REQUEST, "the line does not know this event"),
    491: (Cause.CONGESTION, "both sides asked at once"),
    493: (Cause.BAD_REQUEST, "the line could not decrypt the request"),
    494: (Cause.LINE_REFUSED, "the line wants a security agreement"),
    500: (Cause.LINE_REFUSED, "the line failed inside"),
    501: (Cause.LINE_REFUSED, "the line can't do this"),
    502: (Cause.LINE_UNREACHABLE, "a gateway on the way failed"),
    503: (Cause.CONGESTION, "the line has no capacity now"),
    504: (Cause.LINE_UNREACHABLE, "no answer from a server on the way"),
    505: (Cause.LINE_REFUSED, "the line speaks another version of SIP"),
    513: (Cause.BAD_REQUEST, "our request was too large"),
    555: (Cause.LINE_REFUSED, "the line lacks the push service asked for"),
    580: (Cause.LINE_REFUSED, "a precondition of the call failed"),
    600: (Cause.BUSY, "the called side is busy everywhere"),
    603: (Cause.DECLINED, "the called side declined"),
    604: (Cause.NO_SUCH_NUMBER, "the number exists nowhere"),
    606: (Cause.NO_COMMON_CODEC, "nothing that both sides can do"),
    607: (Cause.DECLINED, "the called side does not want our calls"),
    608: (Cause.FORBIDDEN, "a screening service refused the call"),
}

_CLASSES: dict[int, tuple[Cause, str]] = {
    3: (Cause.LINE_REFUSED, "the called side is elsewhere"),
    4: (Cause.LINE_REFUSED, "the line refused the call"),
    5: (Cause.LINE_REFUSED, "the line failed"),
    6: (Cause.DECLINED, "refused everywhere"),
}

MEANINGS = MappingProxyType(_MEANINGS)
"""Every final failure code in IANA's SIP registry: the cause and words for a person."""

_SENT: dict[Cause, tuple[int, str, int]] = {
    Cause.CALLER_HUNG_UP: (487, "Request Terminated", 16),
    Cause.ROBOT_HUNG_UP: (480, "Temporarily Unavailable", 16),
    Cause.AGENT_HUNG_UP: (480, "Temporarily Unavailable", 16),
    Cause.OPERATOR_HUNG_UP: (480, "Temporarily Unavailable", 16),
    Cause.CANCELLED: (487, "Request Terminated", 16),
    Cause.BUSY: (486, "Busy Here", 17),
    Cause.NO_ANSWER: (480, "Temporarily Unavailable", 19),
    Cause.DECLINED: (603, "Decline", 21),
    Cause.NO_SUCH_NUMBER: (404, "Not Found", 1),
    Cause.FORBIDDEN: (403, "Forbidden", 21),
    Cause.UNAUTHORISED: (403, "Forbidden", 21),
    Cause.NO_COMMON_CODEC: (488, "Not Acceptable Here", 88),
    Cause.BAD_REQUEST: (400, "Bad Request", 95),
    Cause.LINE_REFUSED: (502, "Bad Gateway", 21),
    Cause.LINE_UNREACHABLE: (504, "Server Time-out", 38),
    Cause.CONGESTION: (503, "Service Unavailable", 34),
    Cause.DRAINING: (503, "Service Unavailable", 41),
    Cause.RTP_SILENT: (500, "Server Internal Error", 102),
    Cause.TOO_LONG: (480, "Temporarily Unavailable", 102),
    Cause.SESSION_EXPIRED: (408, "Request Timeout", 102),
    Cause.MEDIA_FAILED: (500, "Server Internal Error", 47),
    Cause.SERVER_STOPPED: (503, "Service Unavailable", 41),
    Cause.OUR_ERROR: (500, "Server Internal Error", 111),
}


def meaning(code: int) -> tuple[Cause, str]:
    """Cause and words for a final code 300-699; an unknown one counts as the x00 of its class (section 8.1.3.2)."""
    return _MEANINGS.get(code) or _CLASSES.get(code // 100) or (Cause.OUR_ERROR, f"{code} is no final SIP code")


def refusal(cause: Cause) -> tuple[int, str]:
    """Code and phrase with which a call is refused for `cause` before its answer."""
    code, phrase, _ = _SENT[cause]
    return code, phrase


def reason_header(cause: Cause) -> str:
    """Value of the Reason header (RFC 3326) of our BYE or CANCEL: the Q.850 cause and ours as text."""
    return f'Q.850;cause={_SENT[cause][2]};text="{cause}"'


def worth_another_address(code: int) -> bool:
    """Whether another address of the same line may do better (RFC 3263 section 4.3): 408, 503 and gateway trouble."""
    return code in (408, 430, 502, 503, 504)


def worth_another_line(code: int) -> bool:
    """Whether another line may do better: everything that is the line's own trouble and not the called side's.

    Busy, declined, no answer, no such number are the callee's on every line; ours alone are 487 and bad requests.
    """
    if code in (401, 402, 403, 405, 406, 407, 415, 421, 428, 433, 436, 437, 438, 439, 440, 482, 483, 488, 494, 606):
        return True
    return worth_another_address(code) or 500 <= code < 600
