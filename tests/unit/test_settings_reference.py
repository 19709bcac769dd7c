import json

from typer.testing import CliRunner

from entrypoints.cli.main import app
from entrypoints.settings import Settings
from entrypoints.settings_reference import settings_reference
from tests.architecture.sources import ROOT


def test_the_page_is_what_the_code_says() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == settings_reference(), "write it anew: modelbook settings --reference > docs/settings.md"
    assert all(field.description for field in Settings.model_fields.values())


def test_the_command_shows_what_holds_and_no_secret() -> None:
    secret = "a secret that nobody is to see, 32 bytes"
    done = CliRunner().invoke(
        app, ["settings", "--json"], env={"MODELBOOK_JWT_SECRET": secret, "MODELBOOK_PORT": "8081"}
    )
    rows = {row["name"]: row for row in json.loads(done.stdout)["settings"]}
    assert (rows["MODELBOOK_PORT"]["value"], rows["MODELBOOK_PORT"]["isSet"]) == (8081, True)
    assert (rows["MODELBOOK_HOST"]["value"], rows["MODELBOOK_HOST"]["isSet"]) == ("127.0.0.1", False)
    assert rows["MODELBOOK_JWT_SECRET"]["value"] == "(secret)"
    assert rows["MODELBOOK_DATABASE_URL"]["value"] is None
    assert "nobody is to see" not in done.stdout
    lines = CliRunner().invoke(app, ["settings"], env={"MODELBOOK_JWT_SECRET": secret, "MODELBOOK_PORT": "8081"}).stdout
    assert "* MODELBOOK_PORT=8081\n" in lines
    assert "  MODELBOOK_HOST=127.0.0.1\n" in lines
    assert "nobody is to see" not in lines
