"""What an operator or reviewer does in Prefect's UI and on the review site, as a browser sees it."""

import re
import time
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, TimeoutError, expect

RUN_SECONDS = 120
"""How long a run may take from the click to its end: a process starts for it."""


@dataclass
class Operator:
    """A page in a browser, and where the two sites are."""

    page: Page
    ui: str
    site: str

    def open_form(self, deployment: str) -> None:
        """The form of “Custom run” of a deployment."""
        self.page.goto(f"{self.ui}/deployments")
        self.page.locator('a[href*="/deployments/deployment/"]', has_text=deployment).first.click()
        self.page.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_text("Custom run").click()
        expect(self.page.get_by_text("Run Name")).to_be_visible()

    def field(self, title: str, within: Locator | None = None) -> Locator:
        """The input below a title."""
        label = (within or self.page.locator("body")).get_by_text(re.compile(rf"^{title}( \(Optional\))?$"))
        return label.locator("xpath=following::*[self::input or self::textarea][1]")

    def start(self, deployment: str, **values: str) -> None:
        """Fill a deployment's form and start it."""
        self.open_form(deployment)
        for title, value in values.items():
            self.field(title).fill(value)
        self.page.get_by_role("button", name="Submit").click()
        expect(self.page.get_by_role("button", name="Submit")).to_be_hidden()

    def open_run(self, name: str, state: str = "") -> None:
        """The newest run whose name begins so (and that is in the state), once it is there."""
        end = time.monotonic() + RUN_SECONDS
        row = self.page.locator("[class*=state-list-item]", has_text=state)
        link = row.locator('a[href*="/runs/flow-run/"]', has_text=re.compile(f"^{name}")).first
        while True:
            # The list looks for news every half minute only.
            self.page.goto(f"{self.ui}/runs")
            try:
                link.click(timeout=3_000)
                break
            except TimeoutError:
                assert time.monotonic() < end, f"no run {name} {state}"
        expect(self.page.get_by_text("Job Variables")).to_be_visible()

    def expect_state(self, name: str) -> None:
        badge = self.page.locator("[class*=state-badge]").get_by_text(name, exact=True).first
        expect(badge).to_be_visible(timeout=RUN_SECONDS * 1000)

    def tab(self, name: str) -> None:
        """Logs, Artifacts or Details of the run that is open."""
        self.page.locator("[class*=tab]").get_by_text(name, exact=True).first.click()

    def expect_text(self, text: str, seconds: float = 15) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=seconds * 1000)

    def retry(self) -> None:
        """Press Retry and confirm."""
        self.page.get_by_role("button", name="Retry").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Retry").click()

    def artifact(self, label: str) -> str:
        """Open an artifact of the run that is open; its text."""
        self.tab("Artifacts")
        self.page.locator('a[href*="/artifacts/artifact/"]', has_text=label).first.click()
        expect(self.page.get_by_role("button", name="Show raw data")).to_be_visible()
        return self.page.inner_text("body")

    def decide(self, decision: str, reviewer: str, comment: str) -> None:
        """Fill the approval form of the suspended run that is open."""
        self.page.get_by_role("button", name="Resume").click()
        form = self.page.locator(".p-modal__card")
        # Prefect's select opens by its arrow; a click on its text opens and closes it again.
        form.locator(".p-select svg").click()
        self.page.locator(".p-select-option__text", has_text=decision).click()
        self.field("审核人", form).fill(reviewer)
        self.field("意见", form).fill(comment)
        form.get_by_role("button", name="Submit").click()

    def read(self, path: str) -> str:
        """Text of a page of the review site."""
        answer = self.page.goto(f"{self.site}/{path}")
        assert answer is not None and answer.status == 200, path
        return self.page.inner_text("body")
