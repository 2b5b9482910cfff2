"""Where the endpoint listens and where it keeps its books."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from hits.endpoint.clock import Clock
from hits.endpoint.errors import EndpointError

REGISTRATIONS = ("open", "invited")


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine and nothing else: 127.0.0.0/8, ``localhost``, ``::1``."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class ServeSettings:
    """How to serve.

    ``data`` is a path to an SQLite file or any SQLAlchemy URL. ``behind_proxy`` says that a
    reverse proxy terminates TLS in front: forwarding headers are then believed, and the default
    account does not exist, because whoever reaches the proxy would own it. ``registration`` is
    ``open`` or ``invited``. ``certificate`` and ``private_key`` are files (PEM) with which the server
    speaks TLS itself. ``assets`` is a folder
    whose files stand in for addresses of the web. ``faults`` is a file that says which calls of the
    API are to fail.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    data: str = "market.db"
    behind_proxy: bool = False
    registration: str = "open"
    certificate: Path | None = None
    private_key: Path | None = None
    assets: Path | None = None
    faults: Path | None = None
    clock: Clock = field(default_factory=Clock)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server, and the default account may exist."""
        return is_loopback(self.host) and not self.behind_proxy

    def check(self) -> None:
        """Refuse to listen to a network with nothing in front that speaks TLS, and missing files."""
        if not is_loopback(self.host) and not self.behind_proxy and self.certificate is None:
            raise EndpointError(
                f"refusing to listen on {self.host!r}, which other machines can reach, without "
                "TLS; listen on 127.0.0.1, give a certificate with --certificate and "
                "--private-key, or put a proxy with TLS in front and say so with --behind-proxy"
            )
        if (self.certificate is None) != (self.private_key is None):
            raise EndpointError("--certificate and --private-key go together")
        for file in (self.certificate, self.private_key):
            if file is not None and not file.is_file():
                raise EndpointError(f"there is no file {file}")
        if self.registration not in REGISTRATIONS:
            raise EndpointError(f"registration is {' or '.join(REGISTRATIONS)}")
        if self.assets is not None and not self.assets.is_dir():
            raise EndpointError(f"there is no folder {self.assets}; name it with --assets")
