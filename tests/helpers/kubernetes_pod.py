"""Makes a process see what Kubernetes shows to a pod of `deploy/train.yaml`: an API server, files and environment."""

from __future__ import annotations

import http.server
import json
import os
import socket
import ssl
import subprocess
import threading
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ruamel.yaml import YAML

from helpers.places import ROOT

SECRETS = Path("/var/run/secrets/kubernetes.io/serviceaccount")
NAMESPACE = "default"


def become_pod() -> None:
    """To be called by root in a process whose mounts are its own."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", SECRETS.parents[2].resolve()], check=True)
    SECRETS.mkdir(parents=True)
    for name, content in {"token": "token", "namespace": NAMESPACE}.items():
        (SECRETS / name).write_text(content)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout", SECRETS / "key", "-out",
         SECRETS / "ca.crt", "-subj", "/CN=kubernetes", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    name = socket.gethostname()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Api, _objects(name)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SECRETS / "ca.crt", SECRETS / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host, port = server.server_address[:2]
    os.environ |= {"HOSTNAME": name, "KUBERNETES_SERVICE_HOST": str(host), "KUBERNETES_SERVICE_PORT": str(port)}


def _objects(name: str) -> dict[str, Any]:
    """Of the manifest by kind, and the pod that Kubernetes makes of its job on this host."""
    made = {each["kind"]: each for each in YAML(typ="safe").load_all(ROOT / "deploy/train.yaml")}
    job = made["Job"]["metadata"]["name"]
    made["Pod"] = {
        "metadata": {
            "name": name, "labels": {"job-name": job},
            "ownerReferences": [
                {"apiVersion": "batch/v1", "kind": "Job", "name": job, "uid": "1", "controller": True}
            ],
        },
        "spec": made["Job"]["spec"]["template"]["spec"],
        "status": {"podIP": socket.gethostbyname(name)},
    }  # fmt: skip
    return made


class _Api(http.server.BaseHTTPRequestHandler):
    """Answers what the manifest's Role allows."""

    def __init__(self, objects: dict[str, Any], *arguments: Any) -> None:
        self._objects = objects
        super().__init__(*arguments)

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        before, _, after = address.path.partition("/namespaces/")
        namespace, resource, *name = after.split("/")
        group = before.split("/")[2] if before.startswith("/apis/") else ""
        allowed = namespace == NAMESPACE and self._may("get" if name else "list", group, resource)
        content = json.dumps(self._found(resource, parse_qs(address.query))).encode()
        self.send_response(200 if allowed else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _may(self, verb: str, group: str, resource: str) -> bool:
        rules = self._objects["Role"]["rules"]
        return any(verb in r["verbs"] and group in r["apiGroups"] and resource in r["resources"] for r in rules)

    def _found(self, resource: str, query: dict[str, list[str]]) -> Any:
        if resource == "jobs":
            return self._objects["Job"]
        if resource == "services":
            return {"items": [self._objects["Service"]]}
        pod = self._objects["Pod"]
        return {"items": [pod] if query["fieldSelector"] == [f"status.podIP={pod['status']['podIP']}"] else []}

    def log_message(self, *arguments: object) -> None:
        """Nothing: the process says what the test looks at."""
