"""Lists of the API come in pages: `after` and `limit`, and where the next one is as a link (RFC 8288)."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request, Response

T = TypeVar("T")
MOST = 1000
After = Annotated[str, Query(max_length=200, description="Where the page begins, as the link to it says.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries of a page at most.")]
LINK = 'Other pages, as RFC 8288 has it: rel="next" is the one behind this; where it lacks, this is the last.'


def link_to(request: Request, response: Response, **parameters: object) -> None:
    """Say where the next page is: this address, with other `parameters`."""
    query = {**request.query_params, **{name: str(value) for name, value in parameters.items()}}
    path = request.scope.get("root_path", "") + request.url.path.removeprefix(request.scope.get("root_path", ""))
    response.headers["Link"] = f'<{path}?{urlencode(query)}>; rel="next"'


def page_of(
    request: Request, response: Response, found: Sequence[T], key: Callable[[T], str], after: str, limit: int
) -> list[T]:
    """Return a page of a list that fits into memory, in the order of its keys, which tell one from another."""
    rest = [one for one in sorted(found, key=key) if key(one) > after] if after else sorted(found, key=key)
    if len(rest) > limit:
        link_to(request, response, after=key(rest[limit - 1]), limit=limit)
    return rest[:limit]
