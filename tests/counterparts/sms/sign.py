"""Signs webhooks as Twilio does, with twilio-python's RequestValidator.

Reads a JSON list of {"token", "url", "params": [[name, value], ...], "quote": "plus" | "percent"} from
standard input and writes a JSON list of {"body", "signature"}: the form on the wire and its signature.
An item with "json" instead of "params" is signed by the hash of that body.
"""

import json
import sys
from urllib.parse import quote, quote_plus, urlencode

from twilio.request_validator import RequestValidator


class MultiDict(dict):
    """What Django hands to the validator: several values per name."""

    def getlist(self, name):
        return self[name]


def sign(item):
    validator = RequestValidator(item["token"])
    if "json" in item:
        url = item["url"] + "bodySHA256=" + validator.compute_hash(item["json"])
        return {"url": url, "body": item["json"], "signature": validator.compute_signature(url, {})}
    params = MultiDict()
    for name, value in item["params"]:
        params.setdefault(name, []).append(value)
    quoting = quote_plus if item["quote"] == "plus" else quote
    return {
        "url": item["url"],
        "body": urlencode([tuple(pair) for pair in item["params"]], quote_via=quoting),
        "signature": validator.compute_signature(item["url"], params, item.get("algorithm")),
    }


json.dump([sign(item) for item in json.load(sys.stdin)], sys.stdout)
