"""The review site: what was written for reviewers, read-only over HTTP. ``python -m flows.review_site`` serves it."""

import base64
import os
import re
import secrets
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.settings import Settings, host_name, settings

MEDIA = {
    ".html": "text/html",
    ".css": "text/css",
    ".json": "application/json",
    ".csv": "text/csv",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Kinds of files that are shown; everything else is not there."""

HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>
body{{font:16px/1.7 "Noto Sans SC","Microsoft YaHei",sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}}
h1{{font-size:1.3em;border-bottom:1px solid #999}}ul{{list-style:none;padding:0}}a{{color:#0b4f9e;text-decoration:none}}
</style></head><body><h1>{title}</h1>{body}</body></html>
"""


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A small page; ``title`` is escaped, ``body`` is markup."""
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), status)


def find(root: Path, path: str) -> Path | None:
    """File or folder that a request may see.

    Args:
        root: Folder of the results.
        path: Decoded path of the request.

    Returns:
        Its real place, ``None`` when it is hidden, of another kind, outside (also by a link) or not there.
    """
    parts = [part for part in path.split("/") if part]
    if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return None
    try:
        base = root.resolve()
        found = base.joinpath(*parts).resolve()
        inside = found.relative_to(base)
        if any(part.startswith(".") for part in inside.parts):
            return None
        return found if found.is_dir() or (found.is_file() and found.suffix in MEDIA) else None
    except (OSError, ValueError, RuntimeError):
        return None


def listing(root: Path, folder: Path) -> HTMLResponse:
    """Page of what a folder holds: folders first, then files, by name."""
    here = "/".join(folder.relative_to(root).parts)
    names = sorted(path.name for path in folder.iterdir() if find(root, f"{here}/{path.name}"))
    names.sort(key=lambda name: not (folder / name).is_dir())
    rows = [] if folder == root else ['<li>📁 <a href="../">上一级</a></li>']
    for name in names:
        mark, end = ("📁", "/") if (folder / name).is_dir() else ("📄", "")
        rows.append(f'<li>{mark} <a href="./{_quoted(name)}{end}">{escape(_shown(name))}</a></li>')
    title = "审核报告与公开文稿" if folder == root else _shown("／".join(folder.relative_to(root).parts))
    body = f"<ul>{''.join(rows)}</ul>" if names else f"<ul>{''.join(rows)}</ul><p>还没有结果。</p>"
    return page(title, body)


def answer(root: Path, path: str) -> Response:
    """Response to a request for a path."""
    root = root.resolve()
    found = find(root, path)
    if found is None:
        return page(*_EMPTY) if path.strip("/") == "" else page(*_NOT_FOUND)
    if found.is_file():
        return FileResponse(found, media_type=MEDIA[found.suffix])
    if not path.endswith("/"):
        return RedirectResponse(f"./{_quoted(path.rsplit('/', 1)[-1])}/")
    return listing(root, found)


def _quoted(name: str) -> str:
    return quote(os.fsencode(name))


def _shown(name: str) -> str:
    """A file name as text: what is not UTF-8 in it (from an old archive, say) is replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


_EMPTY = ("审核报告与公开文稿", "<p>还没有结果：年度周期尚未运行，或结果文件夹尚未建立。</p>")
_NOT_FOUND = ("没有这个页面", '<p>没有这个页面，或文件已移走。</p><p><a href="/">回到首页</a></p>', 404)


_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s\[\]:/?#@\\]+))(?::[0-9]*)?")
"""A Host header: IPv6 address in brackets, or name; then perhaps a port."""


def is_own(host: str, names: frozenset[str]) -> bool:
    """Whether a host, as a ``Host`` header gives it (with or without port), is one of the names; any is when none are."""
    found = _HOST.fullmatch(host)
    return not names or (found is not None and host_name(found[1] or found[2]) in names)


def asked_by_own_name(headers: Headers, names: frozenset[str]) -> bool:
    """Whether a request was sent to one of our own names and to no other."""
    hosts = headers.getlist("host")
    return not names or (len(hosts) == 1 and is_own(hosts[0], names))


def foreign_name() -> HTMLResponse:
    """Answer to a request under a name that is not ours."""
    return page("地址不对", "<p>请用 juesuan serve 显示的地址访问。</p>", 421)


@dataclass(slots=True)
class Gate:
    """Lets requests in that give the password and ask this site by its own name; adds the headers of every answer.

    Attributes:
        app: What lies behind. auth: ``user:password``, empty for none.
        names: :attr:`flows.settings.Settings.own_names`.
    """

    app: ASGIApp
    auth: bytes = field(repr=False)
    names: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        refusal = self._refusal(Request(scope))
        await (refusal or self.app)(scope, receive, with_headers)

    def _refusal(self, request: Request) -> Response | None:
        if request.method not in ("GET", "HEAD"):
            refused = page("不能这样访问", "<p>本网站只供查看。</p>", 405)
            refused.headers["Allow"] = "GET, HEAD"
            return refused
        if not asked_by_own_name(request.headers, self.names):
            return foreign_name()
        if self.auth and not secrets.compare_digest(_credentials(request), self.auth):
            refused = page("需要登录", "<p>请输入用户和口令。</p>", 401)
            refused.headers["WWW-Authenticate"] = 'Basic realm="juesuan", charset="UTF-8"'
            return refused
        return None


def _credentials(request: Request) -> bytes:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(text, validate=True) if scheme.lower() == "basic" else b""
    except ValueError:
        return b""


def review_site(chosen: Settings) -> ASGIApp:
    """The site of an installation."""
    root = chosen.out_folder

    def show(request: Request) -> Response:
        # The decoded path of the scope has lost the bytes that are not UTF-8.
        return answer(root, os.fsdecode(unquote_to_bytes(request.scope["raw_path"])))

    auth = chosen.auth.get_secret_value().encode()
    return Gate(Starlette(routes=[Route("/{path:path}", show)]), auth, chosen.own_names)


if __name__ == "__main__":
    uvicorn.run(
        review_site(settings()),
        host=settings().host,
        port=settings().site_port,
        log_level="warning",
        server_header=False,
        access_log=False,
    )
