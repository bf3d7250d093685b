"""A throwaway certificate authority, trusted by nobody but the test that made it."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers import needs


@dataclass(frozen=True)
class Certificate:
    """PEM files of one server."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates for host names; `context()` is a client that trusts it alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._openssl = needs.binary("openssl", "openssl")
        # Python 3.13 insists on the key usage RFC 5280 asks of an authority.
        usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self.own = self._make("authority", "-subj", "/CN=Throwaway authority", *usage)

    def issue(self, name: str) -> Certificate:
        """A certificate for one DNS name, or for 127.0.0.1."""
        kind = "IP" if name[0].isdigit() else "DNS"
        signer = ("-CA", str(self.own.certificate), "-CAkey", str(self.own.key))
        usage = ("-addext", f"subjectAltName={kind}:{name}", "-addext", "basicConstraints=critical,CA:FALSE")
        return self._make(name, "-subj", f"/CN={name}", *usage, *signer)

    def self_signed(self, name: str) -> Certificate:
        """A certificate for one DNS name that nobody but its own server vouches for."""
        return self._make(f"{name}-alone", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}")

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.own.certificate))

    def _make(self, name: str, *options: str) -> Certificate:
        made = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        files = ["-out", str(made.certificate), "-keyout", str(made.key)]
        subprocess.run([self._openssl, *new, *files, *options], check=True, capture_output=True)
        return made
