"""The main flows in WebKit: GTK's MiniBrowser, on a screen that nobody sees."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.webkitgtk.service import Service

from tests.harness.databases import Templates
from tests.web.driven import check_main_flows

DRIVER, XVFB = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"), None)

if os.environ.get("CI") != "true":
    if DRIVER is None or BROWSER is None:
        pytest.skip(
            "WebKit is not installed: apt-get install webkit2gtk-driver", allow_module_level=True
        )
    if XVFB is None:
        pytest.skip("Xvfb is not installed: apt-get install xvfb", allow_module_level=True)


@pytest.fixture
def display() -> Iterator[str]:
    """A screen of its own, by the name that DISPLAY has."""
    size = ("-screen", "0", "1280x900x24", "-nolisten", "tcp")
    with subprocess.Popen(
        [XVFB or "Xvfb", "-displayfd", "1", *size],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as screen:
        assert screen.stdout is not None
        yield f":{screen.stdout.readline().strip()}"
        screen.terminate()


@pytest.mark.keeps
@pytest.mark.limit(120)
@pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")  # its own
async def test_the_main_flows_in_webkit(tmp_path: Path, templates: Templates, display: str) -> None:
    def open_webkit() -> WebKitGTK:
        options = WebKitGTKOptions()
        options.binary_location = str(BROWSER)
        options.add_argument("--automation")
        env = {
            **os.environ,
            "DISPLAY": display,
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            # In a container the kernel may not let it build its own sandbox.
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        }
        service = Service(DRIVER, log_output=os.devnull, env=env)
        return WebKitGTK(options, service=service)

    await check_main_flows(tmp_path, templates, open_webkit)
