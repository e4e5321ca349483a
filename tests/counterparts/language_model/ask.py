"""Asks a server through a provider's official SDK, and checks requests against its types.

usage: ask.py WIRE BASE_URL KEY    asks, and prints what was understood as JSON, one line per question
       ask.py WIRE check           reads a list of request bodies from standard input and validates each
"""

import json
import sys

TOOL = {"type": "object", "properties": {"order": {"type": "string"}}}


def openai(base_url, key):
    import openai

    client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=0, timeout=10)
    question = dict(model="a-model", messages=[{"role": "user", "content": "Where is #W1?"}])
    tools = [{"type": "function", "function": {"name": "get_order", "parameters": TOOL}}]

    def understood(completion):
        choice = completion.choices[0]
        calls = choice.message.tool_calls or []
        return {
            "text": choice.message.content or "",
            "calls": [[call.function.name, json.loads(call.function.arguments)] for call in calls],
            "stop": choice.finish_reason,
            "usage": completion.usage.prompt_tokens > 0 and completion.usage.completion_tokens >= 0,
        }

    yield lambda: understood(client.chat.completions.create(**question))

    def streamed():
        with client.chat.completions.stream(
            **question, tools=tools, stream_options={"include_usage": True}
        ) as stream:
            for _ in stream:
                pass
            return understood(stream.get_final_completion())

    yield streamed
    yield streamed
    while True:
        yield lambda: understood(client.chat.completions.create(**question))


def anthropic(base_url, key):
    import anthropic

    client = anthropic.Anthropic(base_url=base_url, api_key=key, max_retries=0, timeout=10)
    question = dict(
        model="a-model", max_tokens=100, messages=[{"role": "user", "content": "Where is #W1?"}]
    )
    tools = [{"name": "get_order", "input_schema": TOOL}]

    def understood(message):
        return {
            "text": "".join(block.text for block in message.content if block.type == "text"),
            "calls": [
                [block.name, block.input] for block in message.content if block.type == "tool_use"
            ],
            "stop": message.stop_reason,
            "usage": message.usage.input_tokens > 0 and message.usage.output_tokens >= 0,
        }

    yield lambda: understood(client.messages.create(**question))

    def streamed():
        with client.messages.stream(**question, tools=tools) as stream:
            for _ in stream:
                pass
            return understood(stream.get_final_message())

    yield streamed
    yield streamed
    while True:
        yield lambda: understood(client.messages.create(**question))


def ask(questions, count):
    for question in (next(questions) for _ in range(count)):
        try:
            print(json.dumps(question()))
        except Exception as error:  # what each SDK makes of each trouble is the result
            status = getattr(error, "status_code", None)
            print(json.dumps({"error": type(error).__name__, "status": status}))


def check(wire):
    from pydantic import TypeAdapter

    if wire == "openai":
        from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming as Params
    else:
        from anthropic.types.message_create_params import MessageCreateParamsStreaming as Params
    adapter = TypeAdapter(Params)
    for body in json.load(sys.stdin):
        unknown = sorted(set(body) - set(Params.__annotations__) - inherited(Params))
        if unknown:
            raise SystemExit(f"{wire} knows no {unknown}")
        adapter.validate_python(body)
    print("ok")


def inherited(params):
    return {name for base in params.__orig_bases__ for name in getattr(base, "__annotations__", {})}


if __name__ == "__main__":
    wire, where = sys.argv[1], sys.argv[2]
    if where == "check":
        check(wire)
    else:
        ask({"openai": openai, "anthropic": anthropic}[wire](where, sys.argv[3]), 8)
