"""Says which requests the official library accepts: a JSON list of requests in, a JSON list of booleans out."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def accepted(request):
    try:
        Webhook(request["secret"]).verify(request["body"], request["headers"])
    except WebhookVerificationError:
        return False
    return True


json.dump([accepted(request) for request in json.load(sys.stdin)], sys.stdout)
