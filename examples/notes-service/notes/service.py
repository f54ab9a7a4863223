"""The web service: GET /notes lists them, POST /notes adds the request's text."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from notes import database


class Notes(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/notes":
            return self.answer(404, {"error": f"nothing at {self.path}"})
        self.answer(200, database.all_notes(database.open_database()))

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode().strip()
        if self.path != "/notes" or not text:
            return self.answer(400, {"error": "POST the note's text to /notes"})
        self.answer(201, {"id": database.add(database.open_database(), text)})

    def answer(self, status, value):
        body = (json.dumps(value) + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["NOTES_PORT"])), Notes)
    print(f"Notes on port {server.server_port}", flush=True)
    server.serve_forever()
