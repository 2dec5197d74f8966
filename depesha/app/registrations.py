"""Reading the registration files of application services."""

from pathlib import Path

from depesha.base.config import Config, ConfigError
from depesha.bots import Registration, RegistrationError, check_distinct, read_registration


def load_registrations(config: Config) -> tuple[Registration, ...]:
    """The registrations that the settings name; raises ConfigError naming the file."""
    found = tuple(_load(path, config.server_name) for path in config.application_services)
    try:
        check_distinct(found)
    except RegistrationError as error:
        raise ConfigError(f"application_services: {error}") from error
    return found


def _load(path: str, server_name: str) -> Registration:
    try:
        return read_registration(Path(path).read_text("utf-8"), server_name)
    except (OSError, UnicodeDecodeError, RegistrationError) as error:
        raise ConfigError(f"application_services: {path}: {error}") from error
