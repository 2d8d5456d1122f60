"""`harness report`: builds the reports of a run, merges results, and serves report.html."""

from __future__ import annotations

import signal
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.cli.here import history_here
from harness.cli.terminal import echo, refuse
from harness.core import counted
from harness.history.adding import HistoryReport
from harness.reports.build import ReportCrashed, build_all
from harness.reports.html import REPORT
from harness.reports.results import NoResults, read_results
from harness.reports.results.merging import PARTS, gather_parts, merge
from harness.reports.results.merging_parts import has_parts

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")


def build_reports(results: Path, folder: Path) -> None:
    """Write the reports of a run, and print their paths. Also merges the parts of an xdist run."""
    history = history_here(folder)
    try:
        parts = sorted((results.parent / PARTS).glob("*.json"))
        if parts:
            gather_parts([read_results(part) for part in parts], results).abandon()
        run = read_results(results)
        folder.mkdir(parents=True, exist_ok=True)
        further = [HistoryReport(history, run.head)] if history else []
        written = build_all(run, folder, *further)
    except ReportCrashed as error:
        for path in error.made:
            echo(str(path))
        raise refuse(str(error)) from error
    except (NoResults, OSError) as error:
        raise refuse(f"{error} [no-results]") from error
    if not run.is_whole:
        echo("the run was killed before its end; only conversations that had ended are included")
    for path in written:
        echo(str(path))
    for problem in filter(None, (report.problem for report in further)):
        echo(problem, err=True)


def merge_results(files: Sequence[Path], out: Path) -> None:
    """Write one file of results, and print the number of its conversations.

    Of the parts of a plan also what pytest wrote for JUnit and Allure. Raises `ConfigurationError`
    if they are not the parts of one plan.
    """
    made: Sequence[Path] = ()
    try:
        results = [read_results(file) for file in files]
        count = merge(results, out)
        if has_parts(results):
            # Late: it imports what writes Allure's results.
            from harness.reports.merged_files import merge_files  # noqa: PLC0415

            made = merge_files(results, read_results(out))
    except (NoResults, OSError, ValueError) as error:
        raise refuse(f"{error} [no-results]") from error
    echo(f"{out}: {counted(count, 'conversation')} of {len(files)} files")
    for path in made:
        echo(str(path))


def serve_report(folder: Path, port: int, *, opens_browser: bool) -> None:
    """Serve the folder's report until Ctrl-C, even if it is rewritten meanwhile."""
    report = folder / REPORT
    try:
        # Fails now, not when the browser sends a request.
        report.open("rb").close()
        server = ReportServer(report, port)
    except FileNotFoundError as error:
        raise refuse(
            f"{error.filename}: there is no such file; `harness report build` makes it from a "
            "results.json [no-report]"
        ) from error
    except OSError as error:
        raise refuse(f"the report cannot be served: {error.strerror} [no-report]") from error
    # A shell that starts it in the background lets it ignore Ctrl-C, so that nothing ends it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with server, suppress(KeyboardInterrupt):
        echo(server.url)
        echo("# serving until Ctrl-C")
        if opens_browser:
            webbrowser.open(server.url)
        server.serve_forever(poll_interval=0.1)


class ReportServer(ThreadingHTTPServer):
    """Serves one report and no other file. Raises OSError if the port is taken."""

    daemon_threads = True

    def __init__(self, report: Path, port: int = 0) -> None:
        """With `port` 0, a free one is used."""
        super().__init__((HOST, port), _Page)
        self.report = report

    @property
    def url(self) -> str:
        """The URL of the report."""
        return f"http://{HOST}:{self.server_port}/"


class _Page(BaseHTTPRequestHandler):
    server: ReportServer

    def do_GET(self) -> None:  # the name that http.server calls
        # A page elsewhere could point a name of its own at this machine, and so read the report.
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
        """Print nothing: the terminal shows the URL."""
