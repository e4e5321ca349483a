"""A push service, and the browsers that subscribe at it, over http-ece and py-vapid.

Takes a command a line and answers each with a line of JSON:

    subscribe       a browser subscribes; what it says of itself (PushSubscription.toJSON())
    say 429 120     answers the next message with this status, and with this Retry-After
    told            every message since the last time: how it was answered, for which browser it was, with which
                    headers, what the browser reads

A message whose sender does not prove to be the one the others came from, or that the browser cannot read, is refused
with 403 or 400, as real ones do.
"""

import base64
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    def __init__(self, number):
        self.url = f"http://127.0.0.1:{server.server_port}/push/{number}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = number.to_bytes(16, "big")

    def as_json(self):
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64url(point), "auth": base64url(self.auth)}
        return {"endpoint": self.url, "expirationTime": None, "keys": keys}

    def reads(self, body):
        return http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm").decode()


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        browser = next((one for one in browsers if one.url.endswith(self.path)), None)
        authorization = self.headers["authorization"]
        token, key = (part.split("=", 1)[1] for part in authorization.removeprefix("vapid ").split(","))
        claims = json.loads(decoded(token.split(".")[1]))
        origin = f"http://127.0.0.1:{server.server_port}"
        if not Vapid02.verify(authorization) or claims["aud"] != origin or key != known.setdefault("key", key):
            return self.answer(403)
        try:
            text = browser.reads(body)
        except http_ece.ECEException:
            return self.answer(400)
        status, *wait = script.pop(0) if script else [201]
        told.append(
            {
                "status": status,
                "endpoint": browser.url,
                "key": key,
                "claims": claims,
                "bytes": len(body),
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "message": json.loads(text),
            }
        )
        self.answer(status, *wait)

    def answer(self, status, wait=None):
        self.send_response(status)
        if wait is not None:
            self.send_header("retry-after", str(wait))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


browsers, script, told, known = [], [], [], {}
server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for line in sys.stdin:
    command, *numbers = line.split()
    if command == "subscribe":
        browsers.append(Browser(len(browsers) + 1))
        result = browsers[-1].as_json()
    elif command == "say":
        script.append([int(number) for number in numbers])
        result = None
    else:
        result, told = told, []
    print(json.dumps(result), flush=True)
