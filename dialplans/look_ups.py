"""Asks the company's systems over HTTP, for the `call` step: within a time limit, again where that helps.

A system that is slow, refuses or answers with garbage is an answer too (`Done(ok=False)`), never an exception: the
flow has a branch for it, and the caller hears words, not silence.
"""

import asyncio
import json
import logging
import math
import os
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from dialplans.exchange import Done, LookUp

log = logging.getLogger(__name__)
ENVIRONMENT = re.compile(r"\{\{\s*env\.(\w+)\s*\}\}")
MOST_BYTES = 1_000_000
"""A longer answer is no look-up; it is not read to its end."""
PAUSE_S = 0.2
"""Before the second attempt; twice as long before each further one."""
WORTH_ANOTHER = frozenset({429, 502, 503, 504})
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Asked twice they do what they do once (RFC 9110 section 9.2.2); a POST may book a second table."""


def json_of(text: str) -> Any:
    """Return what a JSON text says; numbers that are none (NaN, Infinity, 1e999) are null.

    Raises ValueError for what is no JSON or has an integer of thousands of digits, RecursionError for what is too deep.
    """
    return json.loads(text, parse_float=_finite, parse_constant=lambda _: None)


def _finite(text: str) -> float | None:
    return number if math.isfinite(number := float(text)) else None


class SecretMissing(Exception):
    """A name that the environment doesn't have."""


class LookUps:
    """One pool of connections to the company's systems, for all calls of a process. An async context manager."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` stands for the network in tests."""
        self._environment = environment
        # Redirects could carry a secret to another host, a proxy of the environment to a stranger.
        self._client = httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def look_up(self, errand: LookUp) -> Done:
        """Return what the system answered, or why there is no answer. Takes `timeout_s` an attempt, no longer."""
        try:
            request = self._request(errand)
        except SecretMissing as missing:
            return Done(False, why=f"The environment has no {missing}; set it where the server starts.")
        except (httpx2.InvalidURL, UnicodeError, TypeError, ValueError) as error:
            return Done(False, why=f"The request can't be written ({error}); check the step's address and body.")
        done, pause = Done(False), PAUSE_S
        for attempt in range(errand.retries + 1):
            if attempt:
                await asyncio.sleep(pause)
                pause *= 2
            done, again = await self._attempt(request, errand)
            if done.ok or not again:
                break
        if not done.ok:
            log.warning("look-up at %s: %s", request.url.host, done.why)
        return done

    async def _attempt(self, request: httpx2.Request, errand: LookUp) -> tuple[Done, bool]:
        """Return what one attempt brought, and whether another is worth it."""
        repeatable = errand.method.upper() in REPEATABLE
        try:
            async with asyncio.timeout(errand.timeout_s):
                response = await self._client.send(request, stream=True)
                try:
                    content = await _read(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            return Done(False, why=f"no answer within {errand.timeout_s:g} s"), repeatable
        except httpx2.ConnectError as error:
            return Done(False, why=f"no connection ({error})"), True
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            return Done(False, why=f"the connection broke ({type(error).__name__})"), repeatable
        if content is None:
            return Done(False, why=f"the answer is longer than {MOST_BYTES:,} bytes"), False
        return _understood(response, content), repeatable and response.status_code in WORTH_ANOTHER

    def _request(self, errand: LookUp) -> httpx2.Request:
        headers = {name: self._with_secrets(value) for name, value in errand.headers.items()}
        # The limit on the whole attempt is ours; the library's own would cut each part of it.
        return self._client.build_request(
            errand.method.upper(),
            self._with_secrets(errand.url),
            headers=headers,
            json=errand.body,
            timeout=None,
        )

    def _with_secrets(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            if found[1] not in self._environment:
                raise SecretMissing(found[1])
            return self._environment[found[1]]

        return ENVIRONMENT.sub(value, text)


async def _read(response: httpx2.Response) -> bytes | None:
    """Return the whole body, or None where it is longer than a look-up's may be."""
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MOST_BYTES:
            return None
    return bytes(content)


def _understood(response: httpx2.Response, content: bytes) -> Done:
    """Return the answer as a result: JSON parsed, and 404 as the answer "there is no such thing"."""
    status = response.status_code
    if status != 404 and not 200 <= status < 300:
        return Done(False, {"status": status}, f"it answered {status}")
    if not content.strip():
        return Done(True, {"status": status, "body": None})
    says_json = "json" in response.headers.get("content-type", "")
    try:
        text = content.decode("utf-8" if says_json else response.encoding or "utf-8")
        if says_json or text.lstrip()[:1] in "{[":
            return Done(True, {"status": status, "body": json_of(text)})
    except (UnicodeDecodeError, LookupError):
        return Done(False, {"status": status}, "the answer is no text")
    except (ValueError, RecursionError):
        if status != 404:
            return Done(False, {"status": status}, "the answer is no JSON")
        return Done(True, {"status": status, "body": None})
    return Done(True, {"status": status, "body": text})
