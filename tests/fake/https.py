#!/usr/bin/env python3
"""An HTTPS server on loopback, of the library, that can also behave badly.

https.py FOLDER PORT_FILE CERT=KEY[,CERT=KEY...]

For each CERT a listener of its own; their ports, in that order, are written to
PORT_FILE when all listen, then that of a plain one.  What comes is logged as
"METHOD PATH STATUS".

/NAME           a file of the folder, or 404
/long/NAME      *.minisig as it is; else the file, and then more without end, no length said
/said/NAME      *.minisig as it is; else the file with a length said that is far too large
/short/NAME     *.minisig as it is; else half of what its length says
/stall/NAME     *.minisig as it is; else its first 1000 octets, and then silence
/mute/NAME      accepted, never answered
/busy/NAME      503
/to/N/NAME      N redirects, to https, then /NAME
/plain/NAME     a redirect to http
"""
import http.server
import os
import ssl
import sys
import threading
import time

folder, port_file, listeners = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
STALL_S = 600
plain_port = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, form, *args):
        print("%s %s %s" % (self.command, self.path, args[1] if len(args) > 1 else form), flush=True)

    def start(self, status, length=None, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def to(self, where):
        self.start(302, 0, Location=where)

    def octets(self, name):
        path = os.path.join(folder, name)
        if "/" in name or not os.path.isfile(path):
            return None
        with open(path, "rb") as f:
            return f.read()

    def do_GET(self):
        self.close_connection = True
        words = self.path[1:].split("/")
        name, how = words[-1], words[0] if len(words) > 1 else ""
        if how == "mute":
            time.sleep(STALL_S)
            return
        if how == "busy":
            self.start(503, 0)
            return
        if how == "plain":
            self.to("http://127.0.0.1:%d/%s" % (plain_port, name))
            return
        if how == "to" and int(words[1]) > 0:
            left = int(words[1]) - 1
            self.to("/%s" % name if left == 0 else "/to/%d/%s" % (left, name))
            return
        data = self.octets(name)
        if data is None or how not in ("", "long", "said", "short", "stall"):
            self.start(404, 0)
            return
        if how == "" or name.endswith(".minisig"):
            self.start(200, len(data))
            self.wfile.write(data)
        elif how == "long":
            self.start(200)
            self.wfile.write(data)
            while True:
                self.wfile.write(b"x" * 65536)
        elif how == "said":
            self.start(200, len(data) + 1000000)
            self.wfile.write(data)
        elif how == "short":
            self.start(200, len(data))
            self.wfile.write(data[: len(data) // 2])
        elif how == "stall":
            self.start(200, len(data))
            self.wfile.write(data[:1000])
            self.wfile.flush()
            time.sleep(STALL_S)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def get_request(self):
        sock, address = super().get_request()
        sock.settimeout(STALL_S)
        return sock, address

    def handle_error(self, request, client_address):
        print("ended: %s" % sys.exc_info()[1], flush=True)


def listen(cert, key):
    server = Server(("127.0.0.1", 0), Handler)
    if cert is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        # The handshake is the handler's thread's matter, not that of who accepts.
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


ports = [listen(*one.split("=")) for one in listeners]
plain_port = listen(None, None)
with open(port_file + ".new", "w") as f:
    f.write(" ".join(str(p) for p in ports + [plain_port]) + "\n")
os.rename(port_file + ".new", port_file)
threading.Event().wait()
