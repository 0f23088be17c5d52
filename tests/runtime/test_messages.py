import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "messages.py"


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SOURCE", tmp_path)
    return module


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    write(tmp_path / "orders" / "__init__.py", "")
    write(
        tmp_path / "orders" / "pages.py",
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n"
        '_("Save"); ngettext("%(n)s line", "%(n)s lines", n); pgettext("month", "May")\n',
    )
    write(tmp_path / "orders" / "tests" / "test_x.py", 'from x import gettext as _\n_("Not for users")\n')
    return tmp_path / "orders"


def catalogue(package: Path) -> Path:
    return package / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def translate(package: Path, **translations: str) -> None:
    text = catalogue(package).read_text()
    for source, translation in translations.items():
        text = text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{translation}"')
    catalogue(package).write_text(text)


def test_templates_give_their_texts_with_context_plural_and_component_attributes(tool: ModuleType, tmp_path: Path):
    template = write(
        tmp_path / "x.html",
        """{% load i18n %}
        <c-button label="{% translate "Save it's" %}" :hint="_('Hint')">{{ x|default:_("none") }}</c-button>
           {% blocktranslate count n=lines|length trimmed %}
             One (of 100%) of {{ who }}
           {% plural %} {{ n }} of {{ who }} {% endblocktranslate %}
        {% translate "May" context "month" %} <script>gettext("not a text of ours")</script>""",
    )
    assert [(text, context) for text, _comments, context in tool.texts_of(template)] == [
        ("Save it's", None),
        ("none", None),
        (("One (of 100%%) of %(who)s", "%(n)s of %(who)s"), None),
        ("May", "month"),
        ("Hint", None),
    ]


def test_an_update_keeps_translations_and_drops_what_is_gone(tool: ModuleType, package: Path):
    assert tool.main(["update", "orders"]) == 0
    translate(package, Save="保存", May="五月")
    first = catalogue(package).read_text()
    assert "Not for users" not in first
    write(package / "pages.py", 'from x import gettext as _, pgettext\n_("Save"); _("New"); pgettext("month", "May")\n')
    tool.main(["update"])
    second = catalogue(package).read_text()
    assert 'msgid "Save"\nmsgstr "保存"' in second
    assert 'msgid "May"\nmsgstr "五月"' in second
    assert 'msgid "New"\nmsgstr ""' in second
    assert "lines" not in second
    tool.main(["update"])
    assert catalogue(package).read_text() == second


def test_a_text_another_folder_has_translated_is_taken_from_there(tool: ModuleType, package: Path, tmp_path: Path):
    tool.main(["update"])
    translate(package, Save="保存")
    write(tmp_path / "stock" / "__init__.py", "")
    write(tmp_path / "stock" / "pages.py", 'from x import gettext as _\n_("Save")\n')
    tool.main(["update", "stock"])
    assert 'msgid "Save"\nmsgstr "保存"' in catalogue(tmp_path / "stock").read_text()


def test_a_check_lists_everything_that_is_wrong(
    tool: ModuleType, package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    tool.main(["update"])
    translate(package, Save="保存", May="五月")
    text = catalogue(package).read_text().replace('msgstr[0] ""', 'msgstr[0] "%(m)s 行"')
    catalogue(package).write_text(text.replace('msgctxt "month"', '#, fuzzy\nmsgctxt "month"'))
    write(package / "more.py", 'from x import gettext as _\n_("New")\n')
    write(tmp_path / "stock" / "__init__.py", "")
    write(tmp_path / "stock" / "pages.py", 'from x import gettext as _\n_("Save"); _("Gone")\n')
    tool.main(["update", "stock"])
    stock = catalogue(tmp_path / "stock")
    stock.write_text(stock.read_text().replace("保存", "存档"))
    write(tmp_path / "stock" / "pages.py", 'from x import gettext as _\n_("Save")\n')
    capsys.readouterr()
    assert tool.main(["check"]) == 1
    output = capsys.readouterr().out
    assert "orders: not in the catalogue: 'New'" in output
    assert "orders: fuzzy: 'May'" in output
    assert "orders: placeholders differ (%(m)s, %(n)s): ('%(n)s line', '%(n)s lines')" in output
    assert "stock: no longer in the source: 'Gone'" in output
    assert "orders and stock translate 'Save' differently" in output


def test_a_complete_catalogue_passes_and_compiles(tool: ModuleType, package: Path):
    write(package / "pages.py", 'from x import gettext as _\n_("Save")\n')
    tool.main(["update"])
    assert tool.main(["check"]) == 1
    translate(package, Save="保存")
    assert tool.main(["check"]) == 0
    assert tool.compile_all() == 1
    assert tool.compile_all() == 0
    import gettext

    chinese = gettext.translation("django", package / "locale", languages=["zh_Hans"])
    assert chinese.gettext("Save") == "保存"
