"""Translation catalogues of Shunda: one for each package folder, in Python and Babel alone (no gettext programs).

    tools/messages.py update [name ...]   extract the texts of the code and templates, keep the translations
    tools/messages.py check [name ...]    fail and list what is untranslated, fuzzy, obsolete or mistaken
    tools/messages.py compile             write the .mo files (not committed; the build hook calls this too)

A catalogue is `src/shunda/<name>/locale/zh_Hans/LC_MESSAGES/django.po`. It is sorted, and carries neither dates nor
line numbers, so that a change of it shows what changed in it and nothing else.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent / "src" / "shunda"
LANGUAGE = "zh_Hans"
HEADER = f"""msgid ""
msgstr ""
"Language: {LANGUAGE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_PLAIN, _PLURAL, _CONTEXT, _BOTH = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), _PLAIN),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), _CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), _BOTH),
}
TEMPLATES = (".html", ".txt", ".svg", ".xml", ".typ")
PLACEHOLDER = re.compile(r"%\([^)]+\)[#0\- +]*[\d.]*[a-zA-Z]|%[a-zA-Z]|\{[^{}\s]*\}")
# a component's `:label="_('Save')"`, which Django's own reader of templates does not look into
COMPONENT_TEXT = re.compile(r""":[\w-]+="(_\('[^'"]*'\))["|]""")

# read by themselves: what they say on the terminal is not merged with the pages' texts
WITHOUT_DJANGO = ("cli", "runtime")

Key = tuple[str | None, str | tuple[str, ...]]


def packages() -> list[str]:
    """The names of all package folders, alphabetically."""
    return sorted(p.name for p in SOURCE.iterdir() if (p / "__init__.py").exists())


def catalogue_path(name: str) -> Path:
    """Where the catalogue of a package folder lies, whether it exists or not."""
    return SOURCE / name / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def read_catalogue(path: Path) -> Catalog:
    """The catalogue in a file; an empty one where there is none yet."""
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def key(message: Message) -> Key:
    """What makes a message the same message: its context and its text."""
    text = message.id
    return message.context, (text if isinstance(text, str) else tuple(text))


def messages(catalogue: Catalog) -> Iterator[Message]:
    """The messages of a catalogue without its header."""
    return (message for message in catalogue if message.id)


def texts_of(path: Path) -> Iterator[tuple[Any, list[str], str | None]]:
    """Each (text, translators' comments, context) that one source file shows to users."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = _template_as_python(source, path)
    elif "gettext" not in source:
        return
    options = {"encoding": "utf-8"}
    found = extract("python", BytesIO(source.encode()), KEYWORDS, comment_tags=("Translators:",), options=options)
    for _line, text, comments, context in found:
        yield text, comments, context


def _template_as_python(source: str, path: Path) -> str:
    """A template's texts as gettext calls; each on a line of its own, unindented, or Python's tokenizer trips."""
    if not any(mark in source for mark in ("trans", "_(")):
        return ""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    calls = re.findall(
        r"""[ ]((?:gettext|pgettext|ngettext|npgettext|_)\((?:[^()"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*\))""",
        templatize(source, origin=str(path)),
    )
    return "\n".join(calls + COMPONENT_TEXT.findall(source)) + "\n"


def extract_package(name: str) -> Catalog:
    """All texts of a package folder, tests and migrations excepted."""
    catalogue = Catalog(locale=LANGUAGE)
    for path in sorted((SOURCE / name).rglob("*")):
        inside = path.relative_to(SOURCE / name)
        if {"tests", "migrations", "locale", "vendor"} & set(inside.parts):
            continue
        if path.suffix != ".py" and not (path.suffix in TEMPLATES and "templates" in inside.parts):
            continue
        for text, comments, context in texts_of(path):
            catalogue.add(text, None, [(inside.as_posix(), 0)], auto_comments=comments, context=context)
    return catalogue


def update(name: str, known: dict[Key, Any]) -> int:
    """Write the catalogue of one package folder anew and return how many texts still want a translation.

    Translations stay; a text new here that another folder has translated takes that translation; a text no longer
    in the source goes.
    """
    path, fresh = catalogue_path(name), extract_package(name)
    have = {key(message): message for message in messages(read_catalogue(path))}
    missing = 0
    for message in messages(fresh):
        old = have.get(key(message))
        translated = old.string if old and is_translated(old) else known.get(key(message))
        if translated:
            message.string = translated
            message.user_comments = old.user_comments if old else []
        else:
            missing += 1
    if len(fresh) or path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = as_text(fresh)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return missing


def as_text(catalogue: Catalog) -> str:
    """A catalogue as the text of its .po file."""
    body = BytesIO()
    write_po(body, catalogue, omit_header=True, sort_output=True, include_lineno=False, width=120)
    return HEADER + body.getvalue().decode("utf-8").strip() + "\n"


def is_translated(message: Message) -> bool:
    """Whether every form of a message has a text."""
    return bool(forms(message)) and all(forms(message))


def forms(message: Message) -> tuple[str, ...]:
    """The translation of a message: one text, or one for each plural form of the language."""
    string = message.string or ()
    return (string,) if isinstance(string, str) else tuple(string)


def translations(names: list[str]) -> dict[Key, Any]:
    """Every translation that some folder has, to be offered to the others."""
    found: dict[Key, Any] = {}
    for name in names:
        for message in messages(read_catalogue(catalogue_path(name))):
            if is_translated(message) and not message.fuzzy:
                found.setdefault(key(message), message.string)
    return found


def problems(name: str) -> Iterator[str]:
    """Everything that is wrong in the catalogue of one package folder, a line each."""
    have = {key(message): message for message in messages(read_catalogue(catalogue_path(name)))}
    wanted = {key(message): message for message in messages(extract_package(name))}
    obsolete = read_catalogue(catalogue_path(name)).obsolete
    for found in wanted.keys() - have.keys():
        yield f"{name}: not in the catalogue: {found[1]!r}"
    for gone in (have.keys() - wanted.keys()) | set(obsolete):
        yield f"{name}: no longer in the source: {gone[1]!r}"
    for found, message in have.items():
        if found not in wanted:
            continue
        if message.fuzzy:
            yield f"{name}: fuzzy: {found[1]!r}"
        elif not is_translated(message):
            yield f"{name}: untranslated: {found[1]!r}"
        elif wrong := wrong_placeholders(message):
            yield f"{name}: placeholders differ ({wrong}): {found[1]!r}"


def wrong_placeholders(message: Message) -> str:
    """The placeholders that only the text or only its translation has, as words; empty where they agree.

    Of a plural, the translation must agree with the plural form: Chinese has one form for both.
    """
    source = message.id if isinstance(message.id, str) else message.id[-1]
    expected = set(PLACEHOLDER.findall(source))
    for form in forms(message):
        if differing := expected ^ set(PLACEHOLDER.findall(form)):
            return ", ".join(sorted(differing))
    return ""


def clashes(names: list[str]) -> Iterator[str]:
    """Texts that two folders translate differently: Django merges the catalogues, so one of them would be lost."""
    seen: dict[Key, tuple[str, Any]] = {}
    for name in names:
        if name in WITHOUT_DJANGO:
            continue
        for message in messages(read_catalogue(catalogue_path(name))):
            if not is_translated(message):
                continue
            other, string = seen.setdefault(key(message), (name, message.string))
            if string != message.string:
                yield (
                    f"{other} and {name} translate {message.id!r} differently ({string!r}, {message.string!r}): "
                    "agree on one, or give one of them a context"
                )


def compile_all() -> int:
    """Write the .mo file beside every .po file that is newer than it, and return how many were written."""
    written = 0
    for path in sorted(SOURCE.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        output = BytesIO()
        write_mo(output, read_catalogue(path))
        target.write_bytes(output.getvalue())
        written += 1
    return written


def run_update(names: list[str]) -> int:
    """Update the named catalogues, then compile all; always succeeds."""
    known = translations(packages())
    for name in names:
        missing = update(name, known)
        total = len(read_catalogue(catalogue_path(name)))
        if total:
            print(f"{name}: {total} texts, {missing} to translate")
    compile_all()
    return 0


def run_check(names: list[str]) -> int:
    """Print every problem of the named catalogues; 1 if there is any."""
    lines = [line for name in names for line in sorted(problems(name))] + list(clashes(packages()))
    print("\n".join(lines) or "All texts are translated.")
    return 1 if lines else 0


def main(arguments: list[str] | None = None) -> int:
    """The command line; see the docstring of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("update", "check", "compile"))
    parser.add_argument("name", nargs="*", help="package folders below src/shunda; all of them when none is named")
    options = parser.parse_args(arguments)
    if unknown := set(options.name) - set(packages()):
        parser.error(f"no such package folder: {', '.join(sorted(unknown))}")
    names = options.name or packages()
    if options.command == "compile":
        print(f"{compile_all()} compiled")
        return 0
    return run_update(names) if options.command == "update" else run_check(names)


if __name__ == "__main__":
    sys.exit(main())
