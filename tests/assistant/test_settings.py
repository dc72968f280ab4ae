import json
import threading

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


def test_numbers_out_of_their_limits_fall_back(tmp_path):
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"passages": -5, "temperature": 1e9, "threshold": 0.7, "max_new_tokens": 10**12}))
    assert Settings.load(file) == Settings(threshold=0.7)


def test_writers_do_not_collide_and_leave_nothing_behind(tmp_path):
    file = tmp_path / "settings.json"
    threads = [threading.Thread(target=Settings(passages=n).save, args=(file,)) for n in range(1, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= Settings.load(file).passages <= 16
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
