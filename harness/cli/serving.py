"""Serves report.html on this machine until it is stopped."""

from __future__ import annotations

import signal
import webbrowser
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.cli.echoing import echo
from harness.reports.html import REPORT

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")


class ReportServer(ThreadingHTTPServer):
    """Serves one report and no other file. Raises OSError where the port is taken."""

    daemon_threads = True

    def __init__(self, report: Path, port: int = 0) -> None:
        """`port` 0 takes one that is free."""
        super().__init__((HOST, port), _Page)
        self.report = report

    @property
    def url(self) -> str:
        """Where a browser finds the report."""
        return f"http://{HOST}:{self.server_port}/"


def serve_until_stopped(folder: Path, port: int, *, opens_browser: bool) -> None:
    """Serve the folder's report, also one that is written anew meanwhile. Raises OSError."""
    report = folder / REPORT
    # Told now, not when the browser asks.
    report.open("rb").close()
    # A shell that starts it in the background has it ignore Ctrl-C, and nothing else ends it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with ReportServer(report, port) as server, suppress(KeyboardInterrupt):
        echo(server.url)
        echo("# serving until Ctrl-C")
        if opens_browser:
            webbrowser.open(server.url)
        server.serve_forever(poll_interval=0.1)


class _Page(BaseHTTPRequestHandler):
    server: ReportServer

    def do_GET(self) -> None:  # the name that http.server calls
        # A page elsewhere may point a name of its own at this machine, and so read what was said.
        name = self.headers.get("Host", "").rpartition(":")[0]
        if name not in NAMES:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif self.path.partition("?")[0] not in ("/", f"/{REPORT}"):
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._send_report()

    def _send_report(self) -> None:
        try:
            content = self.server.report.read_bytes()
        except OSError:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        for header, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal shows where the report is."""
