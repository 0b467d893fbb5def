"""A stand-in for the Hugging Face Hub on loopback, for the real huggingface_hub client: repositories in memory, a dataset's
under `datasets/owner/name`.

It knows whoami, create_repo, preupload, large files (LFS batch and put), commits, model info, tree, and resolve (HEAD and GET with ranges).
`with serve() as hub:` gives a Hub; `hub.url` is what HF_ENDPOINT is set to. `hub.fail(part, status)` makes requests fail, `hub.put(id, files)`
commits as its owner would. A dataset owner/name is kept as datasets/owner/name. A gated repository tells what it is and holds, and gives
its files only to `members`.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

OWNER = "hf_test_owner"  # alice's token, may write under alice and acme
READER = "hf_test_reader"  # bob's, may read everything public and write nothing


@dataclass(frozen=True)
class StoredFile:
    """One file of one commit."""

    content: bytes
    large: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def git_sha(self) -> str:
        return hashlib.sha1(b"blob %d\0" % len(self.content) + self.content).hexdigest()

    @property
    def oid(self) -> str:
        return self.sha256 if self.large else self.git_sha

    def row(self, path: str) -> dict[str, Any]:
        """Its row in a tree listing."""
        lfs = {"lfs": {"oid": self.sha256, "size": len(self.content), "pointerSize": 134}} if self.large else {}
        return {"type": "file", "oid": self.git_sha, "size": len(self.content), "path": path} | lfs


@dataclass
class Repo:
    """A model repository: its commits, oldest first, as (sha, files by path)."""

    id: str
    private: bool
    commits: list[tuple[str, dict[str, StoredFile]]] = field(default_factory=list)
    gated: bool = False
    members: set[str] = field(default_factory=set)
    branches: dict[str, tuple[str, dict[str, StoredFile]]] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, StoredFile]:
        return self.commits[-1][1]

    @property
    def head(self) -> str:
        return self.commits[-1][0]

    def commit(self, files: dict[str, StoredFile]) -> str:
        """Add a commit that holds exactly `files`."""
        sha = hashlib.sha1(f"{self.id} {len(self.commits)}".encode()).hexdigest()
        self.commits.append((sha, files))
        return sha

    def branch(self, name: str, files: dict[str, bytes]) -> None:
        """A branch beside main, such as refs/convert/parquet."""
        sha = hashlib.sha1(f"{self.id} {name}".encode()).hexdigest()
        self.branches[name] = (sha, {path: StoredFile(content, False) for path, content in files.items()})

    def at(self, revision: str) -> tuple[str, dict[str, StoredFile]] | None:
        for name, commit in self.branches.items():
            if revision in (name, commit[0]):
                return commit
        return (
            self.commits[-1]
            if revision == "main"
            else next((commit for commit in self.commits if commit[0] == revision), None)
        )


@dataclass
class Hub:
    """The state of the stand-in, for tests to look at and to break."""

    large_suffixes: tuple[str, ...] = (".safetensors",)
    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            OWNER: {"name": "alice", "writes": ("alice", "acme")},
            READER: {"name": "bob", "writes": ()},
        }
    )
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)  # (method, path, token)
    faults: dict[str, int] = field(default_factory=dict)  # part of a path -> status
    lock: threading.RLock = field(default_factory=threading.RLock)

    def create(self, identity: str, private: bool = False) -> Repo:
        """A new repository with its first commit."""
        self.repos[identity] = Repo(identity, private)
        self.repos[identity].commit(
            {".gitattributes": StoredFile(b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n", False)}
        )
        return self.repos[identity]

    def put(self, identity: str, files: dict[str, bytes]) -> str:
        """One commit that adds or replaces these files of a public repository, made when it is not there; its hash."""
        repo = self.repos.get(identity) or self.create(identity)
        stored = {path: StoredFile(content, path.endswith(self.large_suffixes)) for path, content in files.items()}
        return repo.commit(repo.files | stored)

    def fail(self, part: str, status: int) -> None:
        """Answer every request whose path contains `part` with this status."""
        self.faults[part] = status


def card(files: dict[str, StoredFile]) -> Any:
    """What a repository's README says about it between its first lines of `---`."""
    readme = files["README.md"].content.decode() if "README.md" in files else ""
    return yaml.safe_load(readme.split("---\n")[1]) if readme.startswith("---\n") else None


class Handler(BaseHTTPRequestHandler):
    """One request. The server's `hub` is the state."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""

    def handle_any(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bearer = self.headers.get("Authorization")
        self.token = bearer.removeprefix("Bearer ") if bearer else None
        self.person = self.hub.people.get(self.token or "")
        address = urlsplit(self.path)
        with self.hub.lock:
            self.hub.requests.append((self.command, self.path, self.token))
            for part, status in self.hub.faults.items():
                if part in self.path:
                    return self.refuse(status, f"made to fail with {status}")
            self.route(address.path, parse_qs(address.query))

    do_GET = do_POST = do_PUT = do_HEAD = handle_any

    def route(self, quoted: str, query: dict[str, list[str]]) -> None:
        if found := re.fullmatch(r"/(?:api/)?datasets/([^/]+/[^/]+)(?:/(\w+)/([^/]+)(?:/(.*))?)?", quoted):
            action, revision, under = (unquote(part or "") for part in found.groups()[1:])
            repo = self.visible(f"datasets/{found[1]}")
            if repo is not None and action == "resolve":
                self.resolve(repo, revision, under)
            elif repo is not None:
                self.repo_call(repo, action or "revision", revision or "main", under, query)
            return None
        path = unquote(quoted)
        if path == "/api/whoami-v2":
            return self.whoami()
        if path == "/api/validate-yaml":
            return self.answer({"errors": [], "warnings": []})
        if path == "/api/repos/create":
            return self.create_repo()
        if found := re.fullmatch(r"/_lfs/([0-9a-f]{64})", path):
            return self.put_blob(found[1])
        if found := re.fullmatch(r"/((?:datasets/)?[^/]+/[^/]+)\.git/info/lfs/objects/batch", path):
            return self.lfs_batch()
        if found := re.fullmatch(r"/api/(?:models/|(datasets/))([^/]+/[^/]+)(?:/(\w+)/([^/]+)(?:/(.*))?)?", path):
            repo = self.visible((found[1] or "") + found[2])
            if repo is not None:
                self.repo_call(repo, found[3] or "revision", found[4] or "main", found[5] or "", query)
            return None
        if found := re.fullmatch(r"/((?:datasets/)?[^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            repo = self.visible(found[1])
            if repo is not None:
                self.resolve(repo, found[2], found[3])
            return None
        return self.refuse(404, f"the stand-in does not know {self.command} {path}")

    # Who.

    def whoami(self) -> None:
        if self.person is None:
            return self.refuse(401, "Invalid username or password.")
        name = self.person["name"]
        orgs = [{"type": "org", "name": org} for org in self.person["writes"] if org != name]
        return self.answer({"type": "user", "id": "1", "name": name, "fullname": name.title(), "orgs": orgs})

    def visible(self, identity: str) -> Repo | None:
        """The repository, or None after a refusal: as on the Hub, a private one of others looks like none."""
        repo = self.hub.repos.get(identity)
        if self.token is not None and self.person is None:
            self.refuse(401, "Invalid credentials in Authorization header")
        elif repo is None or (repo.private and not self.may_write(identity)):
            self.refuse(404 if self.person else 401, "Repository not found", "RepoNotFound")
        else:
            return repo
        return None

    def may_write(self, identity: str) -> bool:
        return self.person is not None and identity.removeprefix("datasets/").split("/")[0] in self.person["writes"]

    # Repositories.

    def create_repo(self) -> None:
        asked = json.loads(self.body)
        if self.person is None:
            return self.refuse(401, "Invalid credentials in Authorization header")
        owner = asked.get("organization") or self.person["name"]
        identity = f"{'datasets/' if asked.get('type') == 'dataset' else ''}{owner}/{asked['name']}"
        if not self.may_write(identity):
            return self.refuse(403, f'You don\'t have the rights to create a model under the namespace "{owner}"')
        if identity in self.hub.repos:
            return self.answer(
                {"error": "You already created this model repo", "url": f"{self.hub.url}/{identity}"}, 409
            )
        self.hub.create(identity, asked.get("visibility") == "private")
        return self.answer({"url": f"{self.hub.url}/{identity}", "name": identity.removeprefix("datasets/")})

    def repo_call(self, repo: Repo, action: str, revision: str, under: str, query: dict[str, list[str]]) -> None:
        commit = repo.at(revision)
        if commit is None:
            return self.refuse(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        if action == "revision":
            siblings = [{"rfilename": path, "size": len(file.content)} for path, file in sorted(commit[1].items())]
            return self.answer(
                {
                    "_id": "1",
                    "id": repo.id.removeprefix("datasets/"),
                    "sha": commit[0],
                    "private": repo.private,
                    "tags": [],
                    "siblings": siblings,
                    "cardData": card(commit[1]),
                }
            )
        if action == "tree":
            return self.tree(commit[1], under, query.get("recursive", ["false"])[0].lower() == "true")
        if action not in ("preupload", "commit"):
            return self.refuse(404, f"the stand-in does not know {action}")
        if not self.may_write(repo.id):
            return self.refuse(403, "You are not allowed to write to this repository")
        return self.preupload(commit[1]) if action == "preupload" else self.commit(repo)

    def tree(self, files: dict[str, StoredFile], under: str, recursive: bool) -> None:
        prefix = f"{under}/" if under else ""
        inside = {path: file for path, file in sorted(files.items()) if path.startswith(prefix)}
        if under and not inside:
            return self.refuse(404, f"{under} does not exist", "EntryNotFound")
        return self.answer(
            [file.row(path) for path, file in inside.items() if recursive or "/" not in path.removeprefix(prefix)]
        )

    def preupload(self, files: dict[str, StoredFile]) -> None:
        asked = json.loads(self.body)["files"]
        rows = [
            {
                "path": row["path"],
                "uploadMode": "lfs" if row["path"].endswith(self.hub.large_suffixes) else "regular",
                "shouldIgnore": False,
                "oid": files[row["path"]].oid if row["path"] in files else None,
            }
            for row in asked
        ]
        return self.answer({"files": rows})

    def commit(self, repo: Repo) -> None:
        files = dict(repo.files)
        for line in self.body.splitlines():
            row = json.loads(line)
            value = row["value"]
            if row["key"] == "file":
                files[value["path"]] = StoredFile(base64.b64decode(value["content"]), False)
            elif row["key"] == "lfsFile":
                if value["oid"] not in self.hub.blobs:
                    return self.refuse(400, "LFS pointer pointed to a file that does not exist")
                files[value["path"]] = StoredFile(self.hub.blobs[value["oid"]], True)
            elif row["key"] == "deletedFile":
                del files[value["path"]]
        sha = repo.commit(files)
        return self.answer(
            {"success": True, "commitOid": sha, "commitUrl": f"{self.hub.url}/{repo.id}/commit/{sha}", "hookOutput": ""}
        )

    # Contents.

    def lfs_batch(self) -> None:
        rows = []
        for wanted in json.loads(self.body)["objects"]:
            there = wanted["oid"] in self.hub.blobs
            rows.append(
                wanted | ({} if there else {"actions": {"upload": {"href": f"{self.hub.url}/_lfs/{wanted['oid']}"}}})
            )
        return self.answer({"transfer": "basic", "objects": rows})

    def put_blob(self, oid: str) -> None:
        if hashlib.sha256(self.body).hexdigest() != oid:
            return self.refuse(400, "the content is not what its name says")
        self.hub.blobs[oid] = self.body
        return self.answer({})

    def resolve(self, repo: Repo, revision: str, path: str) -> None:
        if repo.gated and (self.person is None or self.person["name"] not in repo.members):
            said = f"Access to model {repo.id} is restricted"
            return self.refuse(403 if self.person else 401, said, "GatedRepo")
        commit = repo.at(revision)
        if commit is None:
            return self.refuse(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        file = commit[1].get(path)
        if file is None:
            return self.refuse(404, "Entry not found", "EntryNotFound", {"X-Repo-Commit": commit[0]})
        headers = {"X-Repo-Commit": commit[0], "ETag": f'"{file.oid}"', "Accept-Ranges": "bytes"}
        if file.large:
            headers |= {"X-Linked-Size": str(len(file.content)), "X-Linked-Etag": f'"{file.oid}"'}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if wanted is None or self.command == "HEAD":
            return self.send(200, file.content, "application/octet-stream", headers)
        first, last = int(wanted[1]), int(wanted[2] or len(file.content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(file.content)}"
        return self.send(206, file.content[first : last + 1], "application/octet-stream", headers)

    # Answers.

    def answer(self, value: Any, status: int = 200) -> None:
        self.send(status, json.dumps(value).encode(), "application/json", {})

    def refuse(self, status: int, message: str, code: str = "", headers: dict[str, str] | None = None) -> None:
        said = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {}) | (headers or {})
        self.send(status, json.dumps({"error": message}).encode(), "application/json", said)

    def send(self, status: int, content: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def serve(large_suffixes: tuple[str, ...] = (".safetensors",)) -> Iterator[Hub]:
    """A running stand-in. `large_suffixes=()` takes every file inside the commit, which a client that has hf_xet at work can do too."""
    hub = Hub(large_suffixes)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("HubHandler", (Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
