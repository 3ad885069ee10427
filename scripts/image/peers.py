"""The smallest possible version of what the service meets in a cluster: a DNS server for the names given as
NAME=ADDRESS, and an HTTPS server that answers everything with 404.

It prints a line once both listen, and then each name and each path that was asked for."""

import http.server
import socket
import ssl
import struct
import sys
import threading

certificate, key, *pairs = sys.argv[1:]
names = dict(pair.split("=") for pair in pairs)


def say(*words):
    print(*words, flush=True)


def answer(query):
    """The reply to one query: the A record of the name, nothing for other types, or that there is no such name."""
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    (kind,) = struct.unpack("!H", query[at + 1 : at + 3])
    name = ".".join(labels).lower()
    say("asked for", name)
    known = name in names
    found = socket.inet_aton(names[name]) if known and kind == 1 else b""
    header = query[:2] + struct.pack("!HHHHH", 0x8180 if known else 0x8183, 1, len(found) // 4, 0, 0)
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 5, 4) + found if found else b""
    return header + query[12 : at + 5] + record


class NotFound(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        say("asked for", self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_):
        pass


questions = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
questions.bind(("127.0.0.1", 53))
web = http.server.ThreadingHTTPServer(("127.0.0.1", 443), NotFound)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
web.socket = context.wrap_socket(web.socket, server_side=True)
threading.Thread(target=web.serve_forever, daemon=True).start()
say("ready")
while True:
    question, asker = questions.recvfrom(4096)
    questions.sendto(answer(question), asker)
