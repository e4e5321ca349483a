#!/usr/bin/env python3
"""A conversation as a mobile app holds it, in a hundred lines of Python and nothing else.

    python3 conversation.py http://127.0.0.1:8080 shop-chat

Type a line to send it. What the business says is printed; a choice is answered by typing its name. The visitor's
token, the messages that were not acknowledged yet and the place in the stream are kept in a file, as an app keeps them
in its storage: end the program at any moment, start it again, and nothing is missing and nothing comes twice.
"""

import json
import os
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid


class Memory:
    """What an app keeps between two starts."""

    def __init__(self, path):
        self.path, self.lock = path, threading.RLock()
        self.kept = {"token": None, "outbox": [], "last_event": None}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.kept.update(json.load(file))

    def keep(self, **changes):
        with self.lock:
            self.kept.update(changes)
            with open(self.path + ".new", "w", encoding="utf-8") as file:
                json.dump(self.kept, file)
            os.replace(self.path + ".new", self.path)

    def add(self, message):
        with self.lock:
            self.keep(outbox=[*self.kept["outbox"], message])

    def drop(self, message):
        with self.lock:
            self.keep(outbox=[one for one in self.kept["outbox"] if one != message])


class Conversation:
    def __init__(self, base, endpoint, memory):
        self.base, self.endpoint, self.memory = base.rstrip("/"), endpoint, memory
        self.wake = queue.Queue()
        self.prompt = None

    def ask(self, path, body=None, headers=()):
        request = urllib.request.Request(f"{self.base}/chat/v1/{path}")
        if self.memory.kept["token"]:
            request.add_header("authorization", f"Bearer {self.memory.kept['token']}")
        for name, value in headers:
            request.add_header(name, value)
        if body is not None:
            request.add_header("content-type", "application/json")
            request.data = json.dumps(body).encode()
        return urllib.request.urlopen(request, timeout=60)

    def come(self):
        """Whoever has the token is the visitor: keep it as you would a session."""
        if self.memory.kept["token"] is None:
            with self.ask("visitors", {"endpoint": self.endpoint}) as answer:
                self.memory.keep(token=json.load(answer)["token"])

    def write(self, text):
        """Into the outbox first, under an id of its own: only then may the screen show it."""
        message = {"client_message_id": str(uuid.uuid4()), "text": text}
        asked = self.prompt
        if asked and any(choice["name"] == text for choice in asked["choices"]):
            message = {**message, "text": "", "answer": {"seq": asked["seq"], "choice": text}}
            self.prompt = None
        self.memory.add(message)
        self.wake.put(None)

    def send_for_ever(self):
        """One after the other, each until it is acknowledged or refused."""
        wait = 1
        while True:
            for message in list(self.memory.kept["outbox"]):
                try:
                    self.ask("messages", message).close()
                except urllib.error.HTTPError as error:
                    if error.code >= 500 or error.code == 429:
                        break
                    print(f"refused: {json.load(error).get('detail')}", flush=True)
                except OSError:
                    break
                self.memory.drop(message)
            if self.memory.kept["outbox"]:
                time.sleep(wait)
                wait = min(2 * wait, 30)
            else:
                wait = 1
                self.wake.get()

    def listen_for_ever(self):
        """After every break the stream goes on where it was: the id of the last event says where."""
        wait = 1
        while True:
            try:
                last = self.memory.kept["last_event"]
                headers = [("accept", "text/event-stream"), *([("last-event-id", last)] if last else [])]
                with self.ask("events", headers=headers) as stream:
                    wait = 1
                    self.read(stream)
            except OSError:
                pass
            time.sleep(wait)
            wait = min(2 * wait, 20)

    def read(self, stream):
        name, number, data = "message", None, []
        for line in stream:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "id":
                number = value
            elif field == "data":
                data.append(value)
            elif field == "" and data:
                if name == "entry":
                    self.show(json.loads("\n".join(data)))
                if number:
                    self.memory.keep(last_event=number)
                name, number, data = "message", None, []

    def show(self, entry):
        if entry["from"] == "you":
            print(f"sent: {entry['text']}", flush=True)
            return
        choices = entry.get("prompt", {}).get("choices", [])
        # Whoever reads a choice may answer it at once.
        if choices:
            self.prompt = {"seq": entry["seq"], **entry["prompt"]}
        print(f"{entry['name'] or entry['from']}: {entry['text']}", flush=True)
        for choice in choices:
            print(f"  [{choice['name']}] {choice['label']}", flush=True)
        self.ask("read", {"seq": entry["seq"]}).close()


def main():
    base, endpoint = sys.argv[1:3]
    path = sys.argv[3] if len(sys.argv) > 3 else "conversation.json"
    conversation = Conversation(base, endpoint, Memory(path))
    conversation.come()
    for work in (conversation.send_for_ever, conversation.listen_for_ever):
        threading.Thread(target=work, daemon=True).start()
    for line in sys.stdin:
        if line.strip():
            conversation.write(line.strip())


if __name__ == "__main__":
    main()
