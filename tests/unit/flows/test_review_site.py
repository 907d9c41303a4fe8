"""The review site shows what was written for reviewers, and nothing else."""

import asyncio
import base64
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp, Message

from flows.review_site import review_site
from flows.settings import Settings

Headers = dict[str, str | bytes]

NAME = "2022-301 <b>&amp;\"'"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    files = {
        "审核报告.html": "<p>报告</p>", "单位/301001/审核报告.html": "<p>单位</p>", "单位/301001/表.csv": "科目,金额\n",
        "单位/301001/表.json": "{}", "单位/301001/表.xlsx": "x", "单位/301001/文.docx": "d", "单位/301001/文.pdf": "p",
        "单位/301001/版.css": "a{}", "单位/301001/半成品.tmp": "t", "单位/301001/程序.py": "p", "单位/301001/决算.db": "s",
        ".隐藏.html": "h", ".夹/页.html": "h", f"{NAME}/页.html": "n",
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (tmp_path / "outside.html").write_text("SECRET", "utf-8")
    (tmp_path / "out-too").mkdir()
    (tmp_path / "out-too" / "a.html").write_text("SECRET", "utf-8")
    return folder


@dataclass
class Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8")


@dataclass
class Client:
    """Hands requests to the site as they stand; a browser's client would tidy dots away."""

    site: ASGIApp

    def request(self, method: str, path: str, headers: Headers | list[tuple[str, str | bytes]] | None = None) -> Answer:
        """Headers as a mapping go to the site's own name; as a list they are all there is."""
        given = headers if isinstance(headers, list) else [*({"Host": "127.0.0.1:4280"} | (headers or {})).items()]
        return asyncio.run(self._request(method, path, given))

    async def _request(self, method: str, path: str, headers: list[tuple[str, str | bytes]]) -> Answer:
        sent: list[Message] = []

        body: list[Message] = [{"type": "http.request", "body": b""}]

        async def receive() -> Message:
            if not body:
                await asyncio.Event().wait()  # the visitor stays
            return body.pop()

        async def send(message: Message) -> None:
            sent.append(message)

        raw = [(k.lower().encode(), v if isinstance(v, bytes) else v.encode("latin-1")) for k, v in headers]
        scope = {
            "type": "http", "method": method, "path": unquote(path), "raw_path": path.encode(), "query_string": b"",
            "headers": raw, "scheme": "http", "server": ("127.0.0.1", 4280), "root_path": "",
        }  # fmt: skip
        await self.site(scope, receive, send)
        given = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], given, b"".join(message.get("body", b"") for message in sent[1:]))

    def get(self, path: str, headers: dict[str, str | bytes] | None = None) -> Answer:
        return self.request("GET", path, headers)

    def head(self, path: str) -> Answer:
        return self.request("HEAD", path)


def client(out: Path, auth: str = "", host: str = "127.0.0.1", public_url: str = "") -> Client:
    return Client(review_site(Settings(out=str(out), auth=SecretStr(auth), host=host, public_url=public_url)))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/审核报告.html", "text/html; charset=utf-8"),
        ("/单位/301001/审核报告.html", "text/html; charset=utf-8"),
        ("/单位/301001/表.csv", "text/csv; charset=utf-8"),
        ("/单位/301001/表.json", "application/json"),
        ("/单位/301001/文.pdf", "application/pdf"),
        ("/单位/301001/版.css", "text/css; charset=utf-8"),
        ("/单位/301001/表.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("/单位/301001/文.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_files_are_shown_as_what_they_are(out: Path, path: str, kind: str) -> None:
    answer = client(out).get(path)
    assert answer.status_code == 200 and answer.content == (out / path[1:]).read_bytes()
    assert answer.headers["content-type"] == kind
    assert client(out).head(path).status_code == 200 and client(out).head(path).content == b""


@pytest.mark.parametrize(
    "path",
    [
        "/没有.html", "/单位/301001/半成品.tmp", "/单位/301001/程序.py", "/单位/301001/决算.db", "/.隐藏.html", "/.夹/", "/.夹/页.html",
        "/../outside.html", "/%2e%2e/outside.html", "/%2e%2e%2foutside.html", "/单位/..%2f..%2foutside.html",
        "/..%5coutside.html", "//etc/passwd", "/%2fetc%2fpasswd", "/审核报告.html%00.css", "/../out-too/a.html",
        "/%2e%2e/out-too/a.html", "/审核报告.html/x.html", "/" + "长" * 300 + ".html", "/%ff%fe.html",
    ],
)  # fmt: skip
def test_everything_else_is_not_there(out: Path, path: str) -> None:
    answer = client(out).get(path)
    assert answer.status_code == 404 and "没有这个页面" in answer.text and b"SECRET" not in answer.content


def test_links_may_not_lead_outside(out: Path) -> None:
    (out / "link.html").symlink_to(out.parent / "outside.html")
    (out / "folder").symlink_to(out.parent)
    (out / "hidden.html").symlink_to(out / ".隐藏.html")
    (out / "inside.html").symlink_to(out / "审核报告.html")
    (out / "loop.html").symlink_to(out / "loop.html")
    os.mkfifo(out / "pipe.html")
    for path in ("/link.html", "/folder/outside.html", "/folder/", "/hidden.html", "/loop.html", "/pipe.html"):
        assert client(out).get(path).status_code == 404, path
    assert client(out).get("/inside.html").text == "<p>报告</p>"
    first = client(out).get("/").text
    assert "inside.html" in first
    assert not [name for name in ("link.html", "folder", "hidden.html", "loop.html", "pipe.html") if name in first]


def test_folders_are_listed_in_order_with_names_escaped(out: Path) -> None:
    answer = client(out).get("/")
    assert answer.status_code == 200 and "审核报告与公开文稿" in answer.text
    assert "<b>" not in answer.text and "2022-301 &lt;b&gt;&amp;amp;&quot;&#x27;" in answer.text
    assert answer.text.index(">单位<") < answer.text.index(">审核报告.html<"), "folders first"
    assert "隐藏" not in answer.text and "上一级" not in answer.text
    inner = client(out).get("/单位/301001/").text
    assert "单位／301001" in inner and "上一级" in inner and "表.csv" in inner
    assert not [name for name in ("半成品", "程序", "决算.db") if name in inner]
    assert client(out).get(f"/{quote(NAME)}/页.html").text == "n"
    assert f'href="./{quote(NAME)}/"' in answer.text


def test_a_folder_without_slash_leads_to_the_one_with(out: Path) -> None:
    answer = client(out).get("/单位/301001")
    assert answer.status_code == 307 and answer.headers["location"] == "./301001/"
    assert client(out).get("//anderswo.example/..").headers.get("location") is None


def test_names_that_are_not_utf_8_are_shown_linked_and_served(out: Path) -> None:
    """As an archive packed on an old Windows leaves them: 报告 in GB 18030."""
    folder = out / ("旧" + os.fsdecode("报告".encode("gb18030")))
    folder.mkdir()
    for name in ("报告", "表"):
        (folder / (os.fsdecode(name.encode("gb18030")) + ".html")).write_text(name, "utf-8")
    link = quote("旧".encode() + "报告".encode("gb18030"))
    first = client(out).get("/")
    assert first.status_code == 200 and f'href="./{link}/"' in first.text and "审核报告.html" in first.text
    inner = client(out).get(f"/{link}/")
    assert inner.status_code == 200 and inner.text.count(".html</a>") == 2 and "<h1>旧\ufffd" in inner.text
    for name in ("报告", "表"):
        page = quote(name.encode("gb18030")) + ".html"
        assert f'href="./{page}"' in inner.text and client(out).get(f"/{link}/{page}").text == name
    moved = client(out).get(f"/{link}")
    assert (moved.status_code, moved.headers["location"]) == (307, f"./{link}/")


def test_before_the_first_run_the_site_says_so(tmp_path: Path) -> None:
    assert "还没有结果" in client(tmp_path / "none").get("/").text
    (tmp_path / "none").mkdir()
    assert "还没有结果" in client(tmp_path / "none").get("/").text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_nothing_can_be_changed(out: Path, method: str) -> None:
    answer = client(out).request(method, "/审核报告.html")
    assert answer.status_code == 405 and answer.headers["allow"] == "GET, HEAD"


def test_headers_of_every_answer(out: Path) -> None:
    for path in ("/", "/审核报告.html", "/没有", "/单位"):
        headers = client(out).get(path).headers
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-cache"
        assert "default-src 'none'" in headers["content-security-policy"] and "server" not in headers


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_the_password_is_asked_for_everything(out: Path) -> None:
    site = client(out, auth="shenhe:Kou:Ling")
    for path in ("/", "/审核报告.html", "/没有", "/.隐藏.html"):
        refused = site.get(path)
        assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Basic ")
    for wrong in ("shenhe:", "shenhe:Kou", "andere:Kou:Ling", "shenhe:Kou:Ling ", "", ":"):
        assert site.get("/", headers=basic(wrong)).status_code == 401, wrong
    for broken in ("Basic", "Basic !!!", "Bearer c2hlbmhlOktvdTpMaW5n", "Basic Zm9v YmFy", "Basic \xff"):
        assert site.get("/", headers={"Authorization": broken.encode("latin-1")}).status_code == 401, broken
    assert site.get("/审核报告.html", headers=basic("shenhe:Kou:Ling")).text == "<p>报告</p>"


def test_a_foreign_name_that_leads_here_is_refused(out: Path) -> None:
    """A page from elsewhere that had its name point to this machine must not read a site without password."""
    for host in ("anderswo.example", "anderswo.example:4280", "", "127.0.0.1.example", "[", "a]b",
                 "anderswo.example@127.0.0.1", "127.0.0.1/anderswo.example", "127.0.0.1#", "127.0.0.1:4280:1", "127.0.0.1.",
                 "[::1].anderswo.example", "[127.0.0.1", "::1"):  # fmt: skip
        assert client(out).get("/", headers={"Host": host}).status_code == 421, host
    for host in ("127.0.0.1:4280", "localhost:4280", "LOCALHOST", "[::1]:4280", "[0:0:0:0:0:0:0:1]", "[::1]"):
        assert client(out).get("/", headers={"Host": host}).status_code == 200, host
    both: list[tuple[str, str | bytes]] = [("Host", "127.0.0.1:4280"), ("Host", "anderswo.example")]
    assert client(out).request("GET", "/", both).status_code == 421, "two names are one too many"
    behind = client(out, public_url="https://juesuan.example/")
    assert behind.get("/", headers={"Host": "juesuan.example"}).status_code == 200
