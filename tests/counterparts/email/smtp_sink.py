"""An SMTP server over aiosmtpd. What it answers is said by the recipient's name:

mailfrom4xx@ / mailfrom5xx@ as sender, rcpt4xx@, rcpt5xx@, data4xx@, data5xx@ as recipient; everybody else
is taken. With a certificate (arguments: CERT KEY) STARTTLS is required, with USER PASSWORD a log-in as well.
Prints the port, then one line of JSON for each mail taken.
"""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("mailfrom4xx@"):
            return "451 4.7.1 not now"
        if address.startswith("mailfrom5xx@"):
            return "550 5.7.1 not you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("rcpt4xx@"):
            return "450 4.2.1 mailbox busy"
        if address.startswith("rcpt5xx@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        recipient = envelope.rcpt_tos[0]
        if recipient.startswith("data4xx@"):
            return "451 4.3.0 disk full"
        if recipient.startswith("data5xx@"):
            return "554 5.6.0 content refused"
        mail = {
            "mail_from": envelope.mail_from,
            "rcpt_to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None,
            "authenticated": bool(session.authenticated),
            "content": base64.b64encode(envelope.original_content).decode(),
        }
        print(json.dumps(mail), flush=True)
        return "250 Taken"


def main():
    certificate, credentials = sys.argv[1:3], sys.argv[3:5]
    options = {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        options = {"tls_context": context, "require_starttls": True}
    if credentials:
        user, password = (text.encode() for text in credentials)

        def authenticate(server, session, envelope, mechanism, data):
            return AuthResult(success=(data.login, data.password) == (user, password))

        options |= {"authenticator": authenticate, "auth_required": True}

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(Sink(), enable_SMTPUTF8=True, hostname="relay.example", loop=loop, **options), "127.0.0.1", 0
        )
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(serve())


main()
