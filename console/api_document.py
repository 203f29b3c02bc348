"""What the API says of itself to generators: OpenAPI, with who may ask, problems and pages."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from console.api_pages import LINK
from console.api_summaries import FIELDS, SUMMARIES

Schema = dict[str, Any]
ABOUT = (
    "Calls, reviews, figures, campaigns, agents and queues of a hotline. Programs say a token of "
    "`hotline users token add`, whose role says what they may do and see. Lists come in pages: `after`, `limit`, and "
    'the header `Link` with rel="next". Moments are ISO 8601, UTC. What can\'t be done is a problem (RFC 9457).'
)
PROBLEM: Schema = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence: the thing, the fault, the way out."},
        "errors": {"type": "array", "items": {"type": "string"}, "description": "Every fault, where there are more."},
    },
}
PROBLEMS = {
    "401": "The token is missing or counts no longer.",
    "403": "Who asks hasn't the right.",
    "404": "There is no such thing, or not for who asks.",
    "409": "That can't be now.",
    "422": "What was sent is written wrong.",
    "503": "The database can't be read, or the hotline's settings are wrong.",
}


def described(app: FastAPI) -> None:
    """Have `app` give its document, which is made once."""

    def document() -> Schema:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version="1", description=ABOUT, routes=app.routes, servers=app.servers)
            app.openapi_schema = _completed(made)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(made: Schema) -> Schema:
    parts = made.setdefault("components", {})
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    made["security"] = [{"token": []}]
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    problems = {code: {"description": words, "content": content} for code, words in PROBLEMS.items()}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            operation["summary"] = SUMMARIES.get(f"{method.upper()} {path}", operation["summary"])
            for field in operation.get("parameters", ()):
                if field["name"] in FIELDS:
                    field.setdefault("description", FIELDS[field["name"]])
            answers = operation["responses"]
            answers |= problems
            if any(one["name"] in ("after", "since") for one in operation.get("parameters", ())) and "200" in answers:
                answers["200"].setdefault("headers", {})["Link"] = {"description": LINK, "schema": {"type": "string"}}
    return made
