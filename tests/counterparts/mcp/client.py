"""Asks Throughline's MCP server as the protocol's own Python SDK does.

usage: client.py URL TOKEN    reads [[tool, arguments], …] from standard input; prints what was told at the greeting,
                              the tools, and the answer of each call, as one JSON value per line
"""

import asyncio
import json
import sys

from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamablehttp_client


def told(value):
    print(json.dumps(value), flush=True)


async def call(session, tool, arguments):
    try:
        result = await session.call_tool(tool, arguments)
    except McpError as error:
        return {"protocol_error": error.error.code, "message": error.error.message}
    text = [block.text for block in result.content if block.type == "text"]
    return {"is_error": result.isError, "answer": result.structuredContent, "text": text}


async def main(url, token):
    headers = {"Authorization": f"Bearer {token}"}
    async with streamablehttp_client(url, headers=headers) as (read, write, _):
        async with ClientSession(read, write) as session:
            greeting = await session.initialize()
            told({"name": greeting.serverInfo.name, "instructions": greeting.instructions})
            tools = (await session.list_tools()).tools
            told([tool.model_dump(exclude_none=True) for tool in tools])
            for tool, arguments in json.load(sys.stdin):
                told(await call(session, tool, arguments))


def causes(error):
    for one in getattr(error, "exceptions", [error]):
        yield from causes(one) if hasattr(one, "exceptions") else [one]


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except BaseException as error:
        told({"failed": [str(one) for one in causes(error)]})
