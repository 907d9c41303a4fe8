"""What must hold before ``juesuan serve`` starts anything: safe settings, no second one of its kind, free ports."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.settings import Settings
from models.errors import UsageError, reason_of


def refuse_unsafe(chosen: Settings) -> None:
    """Refuse settings that contradict ``serve``, or that let others in without a password.

    Raises:
        UsageError: Naming the setting.
    """
    if chosen.prefect_api_url:
        raise UsageError(
            "JUESUAN_PREFECT_API_URL 指明了另一个 Prefect 服务，juesuan serve 会自己启动，请先清除这个设置。"
        )
    if not chosen.loopback and not chosen.auth.get_secret_value():
        raise UsageError(
            f"监听地址 {chosen.host} 会让其他机器访问，必须先设置登录口令：JUESUAN_AUTH=用户:口令。"
            "只在本机使用时，请去掉 JUESUAN_HOST。"
        )


@contextmanager
def only_one(home: Path) -> Iterator[bool]:
    """Hold the lock of this home; whether it was free. The kernel lets go of it however the process ends."""
    path = home / "serve.lock"
    while True:
        file = path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            yield False
            return
        # The one before may have removed the file between our opening and our locking it.
        if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            break
        file.close()
    with file:
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)


def require_free(host: str, port: int, name: str) -> None:
    """Make sure that a port can be listened on.

    Args:
        host: Address to listen on.
        port: Its port.
        name: Environment variable that sets the port.

    Raises:
        UsageError: It is taken, or the address is not this machine's.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise UsageError(f"监听地址“{host}”无法识别，请检查 JUESUAN_HOST。") from None
    except OverflowError:
        raise UsageError(f"端口 {port} 无法使用，请检查 {name}。") from None
    except OSError as error:
        raise UsageError(
            f"端口 {port} 无法使用（{reason_of(error)}）。请停止占用它的程序，或用 {name} 换一个端口。"
        ) from None
