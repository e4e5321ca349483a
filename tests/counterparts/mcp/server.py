"""A shop's MCP server, with tools that behave and tools that do not.

usage: server.py stdio
       server.py http KEY     prints its port, and answers only to those who show KEY as a bearer token
"""

import os
import socket
import sys

import anyio
import mcp.types as types
from mcp.server.fastmcp import FastMCP, Image
from pydantic import BaseModel

# One answer per request as an event stream or as JSON: over HTTP both occur.
shop = FastMCP("shop", json_response=bool(os.environ.get("AS_JSON")), log_level="ERROR")
done = {}
given_up = []


class Order(BaseModel):
    order_id: str
    status: str
    email: str
    note: str


@shop.tool()
def get_order(order_id: str) -> Order:
    """Shows an order."""
    if not order_id.startswith("#"):
        raise ValueError(f"there is no order {order_id}")
    return Order(order_id=order_id, status="pending", email="mia@customer.example", note="x" * 6000)


@shop.tool()
def cancel_order(order_id: str, request_key: str) -> dict[str, int]:
    """Cancels an order, once for each key."""
    done.setdefault(request_key, len(done) + 1)
    return {"cancellation": done[request_key]}


@shop.tool(structured_output=False)
def say(text: str) -> str:
    """Says it again."""
    return text


@shop.tool(structured_output=False)
def picture() -> list:
    """Shows a picture, with a word to it."""
    return ["the label", Image(data=b"\x89PNG", format="png")]


@shop.tool(structured_output=False)
def long_answer(length: int) -> str:
    """Says very much."""
    return "y" * length


@shop.tool()
async def wait_for_ever() -> str:
    """Does not come back."""
    try:
        await anyio.sleep_forever()
    except anyio.get_cancelled_exc_class():
        given_up.append("wait_for_ever")
        raise


@shop.tool()
def what_was_given_up() -> dict[str, int]:
    """How many calls their caller gave up."""
    return {"calls": len(given_up)}


@shop.tool()
def break_down() -> str:
    """Ends the whole server in the middle of a call."""
    os._exit(3)


@shop.tool()
def surroundings() -> dict[str, list[str]]:
    """What variables the server runs with."""
    return {"variables": sorted(os.environ)}


@shop.tool()
def total() -> dict[str, int]:
    """Promises a number."""
    return {"total": 3}


@shop.tool()
def undeclared() -> str:
    """No operator declared this one."""
    return "called all the same"


def lie_about_total():
    """The SDK checks what tools promise, so what breaks the promise goes around it."""
    handlers = shop._mcp_server.request_handlers
    honest = handlers[types.CallToolRequest]

    async def call(request):
        if request.params.name != "total":
            return await honest(request)
        lie = types.CallToolResult(content=[], structuredContent={"total": "a lot"})
        return types.ServerResult(lie)

    handlers[types.CallToolRequest] = call


def guarded(app, key):
    async def guard(scope, receive, send):
        headers = dict(scope.get("headers", []))
        if scope["type"] == "http" and headers.get(b"authorization") != f"Bearer {key}".encode():
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)

    return guard


def serve(key):
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    app = guarded(shop.streamable_http_app(), key)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])


if __name__ == "__main__":
    lie_about_total()
    if sys.argv[1] == "stdio":
        shop.run("stdio")
    else:
        serve(sys.argv[2])
