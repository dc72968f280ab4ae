import pytest

from assistant.settings import Settings


def test_settings_come_back_as_saved(tmp_path):
    Settings(threshold=0.7, model="mine").save(tmp_path / "deep" / "settings.json")
    assert Settings.load(tmp_path / "deep" / "settings.json") == Settings(threshold=0.7, model="mine")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"threshold": "high", "passages": true, "unknown": 1}', "\xff"])
def test_unusable_values_fall_back_to_the_defaults(tmp_path, text):
    (tmp_path / "settings.json").write_bytes(text.encode("latin-1"))
    assert Settings.load(tmp_path / "settings.json") == Settings()


def test_whole_number_serves_as_a_decimal_one(tmp_path):
    (tmp_path / "settings.json").write_text('{"threshold": 1}')
    assert Settings.load(tmp_path / "settings.json").threshold == 1.0
