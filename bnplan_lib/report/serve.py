"""How do panels reach people who want no notebook? voila runs them behind our own pages, for this machine alone."""

from __future__ import annotations

import logging
import secrets
import signal
import socket
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import tornado.web
from jupyter_server.base.handlers import JupyterHandler
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from traitlets.config import Config
from voila.app import Voila

from bnplan_lib.errors import PlanError, shorten
from bnplan_lib.explore.scripts import page_style
from bnplan_lib.figures.language import speak
from bnplan_lib.report.panels import panel_list, write_panels
from bnplan_lib.report.plan import Job

HERE: Final = Path(__file__).parent
RENDER: Final = "/voila/render/"
CLOSED: Final = r"/voila/(?:tree|files|api/contents).*"  # what voila shows of a folder
IDLE_SECONDS: Final = 300  # after which the kernel of a page that is gone ends, should the page not have said so
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104  only told apart here
# all that panels need of JupyterLab's extensions
WIDGETS: Final = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
# widgets are modules that JupyterLab's loader takes from this server and anywidget from memory
POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: data:; frame-ancestors 'self'"
)


class PanelList(JupyterHandler):
    """The page to start with."""

    def initialize(self, page: str) -> None:
        """Keep the page."""
        self.page = page

    @tornado.web.authenticated
    def get(self) -> None:
        """Send the page."""
        self.finish(self.page)


class PanelServer(Voila):
    """A voila that shows our pages around its panels, on sockets that are bound already."""

    def take(self, sockets: list[socket.socket], page: str) -> None:
        """Keep what it is to listen on, and the page to start with."""
        self.sockets, self.page = sockets, page

    def setup_template_dirs(self) -> None:
        """Look for templates among our own first."""
        super().setup_template_dirs()
        self.template_paths.insert(0, str(HERE / "templates" / "serve"))

    def init_handlers(self) -> list[Any]:
        """Return voila's handlers after our own; none of them shows a folder."""
        closed = (CLOSED, tornado.web.ErrorHandler, {"status_code": 404})
        return [(r"/", PanelList, {"page": self.page}), closed, *super().init_handlers()]

    def listen(self) -> None:
        """Answer until a signal comes, then end every kernel."""
        server = HTTPServer(self.app)
        server.add_sockets(self.sockets)
        self.ioloop = IOLoop.current()
        signal.signal(signal.SIGINT, self._handle_signal_stop)
        try:
            self.ioloop.start()
        finally:
            server.stop()
            self.stop()


def bind(host: str, port: int) -> list[socket.socket]:
    """Return sockets bound to a host's port, to any free one where the port is 0.

    Raises
    ------
    PlanError
        If the host is no address of this machine, or the port is taken or not allowed.
    """
    if not host.strip():
        raise PlanError("--host: must be a name or address of this machine, found ''")
    try:
        return bind_sockets(port, host)
    except socket.gaierror:
        raise PlanError(f"--host {shorten(host)}: must be a name or address of this machine") from None
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PlanError(f"--host {host} --port {port}: cannot listen there, {reason.lower()}") from None


def address_of(host: str, sockets: Sequence[socket.socket]) -> str:
    """Return the address under which a browser finds what listens on sockets."""
    name = socket.gethostname() if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{sockets[0].getsockname()[1]}/"


def serve_panels(jobs: Sequence[Job], host: str, port: int, ready: Callable[[str], object]) -> None:
    """Serve panels until the process is asked to end; `ready` is called with the address, its key included.

    Raises
    ------
    PlanError
        If nothing can listen there.
    """
    sockets = bind(host, port)
    lang = jobs[0].lang
    with tempfile.TemporaryDirectory(prefix="panels-", ignore_cleanup_errors=True) as folder:
        write_panels(jobs, Path(folder))
        server = PanelServer(config=_config(Path(folder), lang))
        addresses = {job.notebook.name: f"{RENDER}{job.notebook.name}.ipynb" for job in jobs}
        server.take(sockets, panel_list(jobs, addresses, lang))
        server.initialize([])
        logging.getLogger("tornado").setLevel(logging.ERROR)  # it takes Jupyter's milliseconds for seconds, and says so
        server.token = secrets.token_urlsafe(24)
        ready(f"{address_of(host, sockets)}?token={server.token}")
        server.start()


def _config(folder: Path, lang: str) -> Config:
    """Return how voila is to serve a folder; configuration of the machine's user plays no part."""
    say = speak(lang)
    css = page_style() + (HERE / "static" / "serve.css").read_text(encoding="utf-8")
    config = Config()
    config.Voila.config_file_paths = []
    config.Voila.root_dir = str(folder)
    config.Voila.open_browser = False
    config.Voila.log_level = "ERROR"
    config.Voila.tornado_settings = {
        "headers": {"Content-Security-Policy": POLICY},
        "disable_check_xsrf": True,  # a page that closes sends no such word, and can only end its kernel
    }
    config.KernelManager.transport_encryption = "auto"  # ipykernel warns of plain TCP otherwise
    config.VoilaConfiguration.extension_allowlist = list(WIDGETS)
    config.VoilaConfiguration.resources = {"page": {"lang": lang, "say": say, "css": css}}
    config.VoilaExecutor.cell_error_instruction = say("The terminal in which the server runs says more.")
    config.MappingKernelManager.root_dir = str(Path.cwd())  # where a setting that is saved belongs
    config.MappingKernelManager.cull_idle_timeout = IDLE_SECONDS
    config.MappingKernelManager.cull_interval = IDLE_SECONDS // 5
    return config
