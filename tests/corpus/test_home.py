from pathlib import Path

import platformdirs

from corpus.home import VARIABLE, Home


def test_the_folder_is_named_else_the_systems_else_the_one_of_before(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: tmp_path / "data" / name)
    assert Home.find().path == (tmp_path / "data" / "sourcier").resolve()
    (tmp_path / ".sourcier").mkdir()
    assert Home.find().path == (tmp_path / ".sourcier").resolve()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "variable"))
    assert Home.find().path == (tmp_path / "variable").resolve()
    assert Home.find(tmp_path / "named").path == (tmp_path / "named").resolve()
