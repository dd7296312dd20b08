"""Production refuses to start when a setting is missing; `.env.example` is a complete answer."""

import os
import subprocess
import sys
from pathlib import Path

import environ
import pytest

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LIST_ERRORS = "from config.checks import check_settings; print(*[error.id for error in check_settings()])"


def example() -> dict[str, str]:
    """Return the variables of `.env.example`, read as the settings read them."""
    before = dict(os.environ)
    try:
        os.environ.clear()
        environ.Env.read_env(BASE_DIR / ".env.example")
        return dict(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(*argv: str, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run Python with nothing in the environment but these variables and the test run's data folder."""
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": os.environ["VAR_DIR"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **variables,
    }
    return subprocess.run(
        [sys.executable, *argv], cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=120
    )


def error_ids(variables: dict[str, str]) -> str:
    result = run("-c", LIST_ERRORS, variables=variables)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_check_deploy_is_clean_with_env_example() -> None:
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", variables=example())

    assert result.stderr == ""
    assert result.stdout.strip() == "System check identified no issues (0 silenced)."


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("SECRET_KEY", "config.E002"),
        ("ALLOWED_HOSTS", "config.E003"),
        ("DATABASE_URL", "config.E004"),
        ("CELERY_BROKER_URL", "config.E005"),
        ("EMAIL_URL", "config.E006"),
        ("CSRF_TRUSTED_ORIGINS", "config.E007"),
    ],
)
def test_production_names_the_missing_variable(name: str, error: str) -> None:
    variables = example()
    del variables[name]

    assert error_ids(variables) == error


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("ENVIRONMENT", "prod", "config.E001"),
        ("SECRET_KEY", "short", "config.E002"),
        ("SECRET_KEY", "ab" * 40, "config.E002"),
        ("ALLOWED_HOSTS", "*", "config.E003"),
        ("DATABASE_URL", "sqlite:////tmp/kkureomi.sqlite3", "config.E004"),
        ("CELERY_BROKER_URL", "filesystem://", "config.E005"),
        ("EMAIL_URL", "consolemail://", "config.E006"),
        ("CLOCK_OFFSET_SECONDS", "60", "config.E008"),
        ("DEBUG", "True", "config.E009"),
        ("GEOCODERS", "google", "config.E010"),
        ("GEOCODERS", "nominatim,kakao", "config.E011"),
    ],
)
def test_production_refuses_an_unsound_value(name: str, value: str, error: str) -> None:
    assert error_ids({**example(), name: value}) == error


def test_rabbitmq_is_a_broker_for_production() -> None:
    assert error_ids({**example(), "CELERY_BROKER_URL": "amqp://user:password@host:5672//"}) == ""


def test_embedded_service_needs_no_variable() -> None:
    assert error_ids({}) == ""


@pytest.mark.parametrize(
    "argv",
    [
        ("-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", "127.0.0.1:0"),
        ("-m", "celery", "-A", "config.celery", "worker"),
        ("-m", "celery", "-A", "config.celery", "beat", "--pidfile="),
    ],
    ids=["web", "worker", "beat"],
)
def test_processes_refuse_to_start_without_a_secret_key(argv: tuple[str, ...]) -> None:
    variables = example()
    del variables["SECRET_KEY"]

    result = run(*argv, variables=variables)

    assert result.returncode == 1
    assert "config.E002" in result.stderr
