"""The server of the protocol: what the official library asks of it, by the table of tools and the resources."""

import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from mcp import MCPError, types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server

from index import __version__
from index.errors import DamagedGeneration
from qa.mcp.resources import TEMPLATE, format_uri, list_resources, read_resource
from qa.mcp.schemas import build_schema
from qa.mcp.session import Session, Transport
from qa.mcp.tools import TOOLS, Tool
from qa.web.errors.handlers import to_problem
from qa.web.errors.problems import Code, ProblemError, format_value
from qa.web.requests.parsing import validate

log = logging.getLogger(__name__)

NAME = "netsphere"
INSTRUCTIONS = (
    "Answers from a collection of documents, always by exact quotations. If the status is not_found the documents do "
    "not say it: say so instead of guessing. Offsets are Unicode code points, end exclusive."
)
TEXT = "text/plain"
# Nothing is changed, the same call has the same result, and nothing but the documents is looked at.
ANNOTATIONS = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

Context = ServerRequestContext[Any, Any]
R = TypeVar("R")


def build_server(transport: Transport) -> Server[Any]:
    """Return the server of the protocol whose calls ``transport`` runs."""
    handlers = _Handlers(transport)
    return Server(
        NAME,
        version=__version__,
        title="Netsphere",
        instructions=INSTRUCTIONS,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
    )


class _Handlers:
    """The requests of the protocol that have something to do with documents."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._tools = {tool.name: tool for tool in TOOLS}
        self._listed = [_describe_tool(tool) for tool in TOOLS]

    async def list_tools(self, _: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self._listed)

    async def call_tool(self, _: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = self._tools.get(params.name)
        if tool is None:
            known = ", ".join(self._tools)
            message = f"There is no tool {format_value(params.name)}; the tools are {known}."
            raise MCPError(types.INVALID_PARAMS, message)
        return await self._transport.run(lambda session: _call_tool(tool, params.arguments, session))

    async def list_resources(
        self, _: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        page = await self._run(lambda session: list_resources(session, params.cursor if params else None))
        listed = [
            types.Resource(uri=format_uri(info.id), name=info.id, title=info.title or None, mime_type=TEXT)
            for info in page.documents
        ]
        return types.ListResourcesResult(resources=listed, next_cursor=page.next)

    async def list_templates(
        self, _: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        description = "A document, or its characters from start to end."
        template = types.ResourceTemplate(
            uri_template=TEMPLATE, name="document", description=description, mime_type=TEXT
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(self, _: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        text = await self._run(lambda session: read_resource(session, params.uri))
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=params.uri, mime_type=TEXT, text=text)]
        )

    async def _run(self, work: Callable[[Session], R]) -> R:
        """Return the result of ``work``; a problem becomes an error of the protocol."""

        def work_or_problem(session: Session) -> R | ProblemError:
            try:
                return work(session)
            except Exception as error:  # noqa: BLE001 — as for a route: logged, and nothing of it is told
                return _find_problem(error, session)

        result = await self._transport.run(work_or_problem)
        if isinstance(result, ProblemError):
            is_ours = result.code.status >= Code.INTERNAL_ERROR.status
            raise MCPError(types.INTERNAL_ERROR if is_ours else types.INVALID_PARAMS, describe_problem(result))
        return result


def describe_problem(problem: ProblemError) -> str:
    """Return what is wrong and what to do, as a caller of tools can do it."""
    if problem.code is Code.INTERNAL_ERROR:
        return "An internal error occurred; the log of the server says which."
    detail = "; ".join(error.message for error in problem.errors) or str(problem)
    return detail.replace("GET /v1/documents", "the tool list_documents")


def _describe_tool(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=build_schema(tool.arguments),
        output_schema=build_schema(tool.result),
        annotations=ANNOTATIONS,
    )


def _call_tool(tool: Tool, arguments: dict[str, Any] | None, session: Session) -> types.CallToolResult:
    """Return the result of a call. Wrong arguments are a result, too: the model that sees it can call again."""
    try:
        given = {name: value for name, value in (arguments or {}).items() if value is not None}
        result = tool.call(session, validate(tool.arguments, given))
    except Exception as error:  # noqa: BLE001 — as for a route: logged, and nothing of it is told
        problem = _find_problem(error, session)
        text = f"{problem.code.word}: {describe_problem(problem)}"
        return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
    # Written by pydantic, so that NaN, which metadata may hold, becomes null.
    text = result.model_dump_json(exclude_none=True)
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=json.loads(text))


def _find_problem(error: Exception, session: Session) -> ProblemError:
    problem = to_problem(error)
    if isinstance(error, DamagedGeneration):
        session.service.collections.record_damage(error)
    if problem.code is Code.INTERNAL_ERROR:
        log.error("a call failed", exc_info=error)
    return problem
