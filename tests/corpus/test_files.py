import pytest

from corpus.files import replacing


def test_file_takes_its_place_when_it_is_written(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text("old")
    with pytest.raises(ValueError), replacing(path) as temporary:
        temporary.write_text("ha")
        raise ValueError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_private_file_is_for_this_user_alone(tmp_path):
    path = tmp_path / "password.json"
    with replacing(path, private=True) as temporary:
        temporary.write_text("secret")
        assert temporary.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_mode & 0o777 == 0o600
