"""Fixtures of the browser tests: the system's Chromium, and the whole product as ``juesuan serve`` starts it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cycles import EXAMPLE
from operator_ui import Operator
from playwright.sync_api import Browser, sync_playwright
from serving import Installation

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Chromium for a module; while it lives, no other test of this process can run an event loop."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = f"BROWSER TESTS NOT RUN: none of {', '.join(NAMES)} is installed (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # A foreign name that was made to lead here.
    rebound = "--host-resolver-rules=MAP anderswo.example 127.0.0.1"
    arguments = ["--no-sandbox", "--no-proxy-server", "--disable-dev-shm-usage", rebound]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """``juesuan serve`` with the bundled example's registry and an inbox of its own, as one office runs it."""
    folder: Path = tmp_path_factory.mktemp("office")
    inbox = shutil.copytree(EXAMPLE / "inbox", folder / "inbox")
    office = Installation(folder, {"INBOX": str(inbox)}, auth=False)
    try:
        office.start()
        yield office
    finally:
        office.remove()


@pytest.fixture
def operator(browser: Browser, office: Installation) -> Iterator[Operator]:
    """Somebody who sits before the UI."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="zh-CN")
    context.set_default_timeout(30_000)
    yield Operator(context.new_page(), f"http://127.0.0.1:{office.port}", f"http://127.0.0.1:{office.site_port}")
    context.close()
