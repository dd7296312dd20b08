"""The Korean texts: every text of the source has one, with the same placeholders, and is compiled."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib  # type: ignore[import-untyped]
import pytest
from django.conf import settings

KOREAN = Path("config", "locale", "ko", "LC_MESSAGES", "django.po")
SOURCES = ["membership", "bundles", "orders", "delivery", "config"]
# %(count)s, %(count)d and the {time} that scripts fill in; 100 % and CSS braces don't look like these.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
Key = tuple[str | None, str, str]


def texts(path: Path) -> dict[Key, polib.POEntry]:
    """The entries by what gettext tells them apart by; the plural is a part of the source."""
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural): entry for entry in polib.pofile(str(path))}


@pytest.fixture(scope="module")
def korean() -> dict[Key, polib.POEntry]:
    return texts(settings.BASE_DIR / KOREAN)


@pytest.mark.skipif(
    not shutil.which("xgettext") and not os.environ.get("CI"), reason="gettext is not installed"
)
def test_the_korean_texts_are_those_of_the_source(korean: dict[Key, polib.POEntry], tmp_path: Path) -> None:
    # In a copy: makemessages writes beside the templates that it reads.
    for name in SOURCES:
        shutil.copytree(
            settings.BASE_DIR / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "static", "locale", "migrations"),
        )
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    (tmp_path / KOREAN).parent.mkdir(parents=True)
    command = [sys.executable, "manage.py", "makemessages", "--locale", "ko"]
    environment = os.environ | {"VAR_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)

    assert set(korean) == set(texts(tmp_path / KOREAN))


def test_no_text_is_left_in_english(korean: dict[Key, polib.POEntry]) -> None:
    assert [key for key, entry in korean.items() if not entry.translated()] == []


def test_a_translation_fills_in_what_its_source_does(korean: dict[Key, polib.POEntry]) -> None:
    def placeholders(text: str) -> list[str]:
        return sorted(PLACEHOLDER.findall(text))

    different = [
        entry.msgid
        for entry in korean.values()
        for translation in [entry.msgstr, *entry.msgstr_plural.values()]
        if translation and placeholders(translation) != placeholders(entry.msgid_plural or entry.msgid)
    ]
    assert different == []


def test_no_particle_clings_to_a_placeholder(korean: dict[Key, polib.POEntry]) -> None:
    # 은/는, 이/가, 을/를, 과/와 and 으로/로 depend on the sound before, which a placeholder doesn't show.
    clinging = re.compile(r"(?:%\(\w+\)[sd]|\{\w+\})(?:은|는|이|가|을|를|과|와|으로|로)(?![가-힣])")
    found = [
        translation
        for entry in korean.values()
        for translation in [entry.msgstr, *entry.msgstr_plural.values()]
        if clinging.search(translation)
    ]
    assert found == []


def test_the_compiled_texts_are_the_written_ones(korean: dict[Key, polib.POEntry]) -> None:
    path = settings.BASE_DIR / KOREAN
    assert path.with_suffix(".mo").read_bytes() == polib.pofile(str(path)).to_binary()


def test_texts_are_marked_by_names_that_gettext_knows() -> None:
    renamed = re.compile(r"gettext(?:_lazy)? as (?!_$)\w+", re.MULTILINE)
    found = [
        str(path.relative_to(settings.BASE_DIR))
        for source in SOURCES
        for path in sorted((settings.BASE_DIR / source).rglob("*.py"))
        if renamed.search(path.read_text())
    ]
    assert found == []
