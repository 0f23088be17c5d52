"""The OpenAPI document: what ninja knows, and what the kit does for every operation."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ninja.openapi.schema import OpenAPISchema

from shunda.api.operation import JSON, KEY, REPLAYED, ApiOperation
from shunda.api.problems import MEDIA_TYPE
from shunda.api.schemas import Problem

if TYPE_CHECKING:
    from shunda.api.kit import Api

PROBLEMS = {
    400: "The request cannot be read: broken JSON, incomplete body.",
    401: "No token, or one that is not valid any more.",
    403: "The actor lacks the permission; or a browser sent no CSRF token.",
    404: "No such record within the actor's sight.",
    405: "The method is not possible at this address.",
    409: "Refused: nothing was done, every reason is among the refusals; or the key was used for another request.",
    413: "The body is too large.",
    415: "The content type is not the one this address reads.",
    422: "Not in the documented form.",
    429: "Too many requests; Retry-After says how long to wait.",
    503: "The database cannot answer, or too many requests wait; Retry-After says how long to wait.",
}
BODY_PROBLEMS = {409, 413, 415}
LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "required": False,
    "schema": {"type": "string"},
    "description": "Language of messages: zh-hans or en.",
    "example": "en",
}
IDEMPOTENCY = {
    "in": "header",
    "name": KEY,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
    "description": "Repeating a request with its key gives the first answer again and does nothing twice.",
}
REPLAYED_HEADER = {
    "description": "“true” when the answer is the one of an earlier request.",
    "schema": {"type": "string"},
}
RETRY_HEADER = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
ALLOW_HEADER = {"description": "The methods of this address.", "schema": {"type": "string"}}
HEADERS = {405: {"Allow": ALLOW_HEADER}, 429: {"Retry-After": RETRY_HEADER}, 503: {"Retry-After": RETRY_HEADER}}


class Document(OpenAPISchema):
    """Ninja's schema with problems, keys, languages and projections; refuses two schemas of one name."""

    def operation_details(self, operation: Any) -> dict[str, Any]:
        """One operation."""
        details = super().operation_details(operation)
        assert isinstance(operation, ApiOperation)
        for status, description in PROBLEMS.items():
            if operation.writes or status not in BODY_PROBLEMS:
                details["responses"][status] = self._problem(status, description)
        details["parameters"].append(LANGUAGE)
        if operation.writes:
            details["parameters"].append(IDEMPOTENCY)
            for status, response in details["responses"].items():
                if status < 300:
                    response["headers"] = {REPLAYED: REPLAYED_HEADER}
        elif operation.fields:
            self._project(details, operation)
        details["responses"] = {str(status): response for status, response in details["responses"].items()}
        return details

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Two different schemas under one name would silently replace each other."""
        for name, definition in definitions.items():
            if self.schemas.setdefault(name, definition) != definition:
                raise ValueError(f"two different API schemas are called {name}: rename one")

    def _problem(self, status: int, description: str) -> dict[str, Any]:
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        answer: dict[str, Any] = {"description": description, "content": content}
        if status in HEADERS:
            answer["headers"] = HEADERS[status]
        return answer

    def _project(self, details: dict[str, Any], operation: ApiOperation) -> None:
        details["parameters"].append(
            {
                "in": "query",
                "name": "fields",
                "required": False,
                "schema": {"type": "string"},
                "description": "Only these fields, separated by commas: " + ", ".join(operation.fields) + ".",
                "example": operation.fields[0],
            }
        )
        content = details["responses"][200].get("content", {}).get(JSON)
        if content:
            content["schema"] = {"anyOf": [content["schema"], self._part(content["schema"])]}

    def _part(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema with no property required: what ``fields=`` leaves of an object, or of each row of a page."""
        name = schema["$ref"].rsplit("/", 1)[-1]
        definition = deepcopy(self.schemas[name])
        rows = definition["properties"].get("items", {}).get("items")
        if set(definition["properties"]) == {"items", "next"}:
            definition["properties"]["items"]["items"] = self._part(rows)
        else:
            definition.pop("required", None)
        self.schemas[f"{name}Part"] = definition
        return {"$ref": f"#/components/schemas/{name}Part"}


def document(api: Api, path_prefix: str) -> dict[str, Any]:
    """The whole OpenAPI document as plain data, in a stable order."""
    list(api.operations())
    made = Document(api, path_prefix)
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    made.add_schema_definitions(schema.pop("$defs"))
    made.add_schema_definitions({"Problem": schema})
    made["components"]["schemas"] = dict(sorted(made.schemas.items()))
    return dict(made)
