import stat
import sys

import pytest

from assistant.services.password import ALL_TRIES, FREE_TRIES, LONGEST_WAIT_S, Password, PasswordError, Tries


def test_the_right_password_and_no_other_matches():
    password = Password.of("correct horse")
    assert password.matches("correct horse")
    assert not password.matches("correct horsE")
    assert not password.matches("")
    assert not password.matches("correct horse" + "x" * 1000)


def test_the_same_password_has_another_hash_each_time():
    assert Password.of("correct horse") != Password.of("correct horse")


def test_letters_of_any_language_and_halves_of_characters_are_taken():
    assert Password.of("pässwörd ñ 密码").matches("pässwörd ñ 密码")
    assert not Password.of("pässwörd").matches("\ud800")


@pytest.mark.parametrize("text", ["", "short", "x" * 201])
def test_too_short_and_too_long_are_refused_with_one_sentence(text):
    with pytest.raises(PasswordError, match=r"password\.length"):
        Password.of(text)


def test_it_is_kept_as_a_hash_that_only_the_user_reads(tmp_path):
    file = tmp_path / "password.json"
    Password.of("correct horse").save(file)
    assert "correct" not in file.read_text()
    assert Password.load(file).matches("correct horse")
    assert [path.name for path in tmp_path.iterdir()] == ["password.json"]
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_file_is_no_password_but_a_damaged_one_opens_nothing(tmp_path):
    assert Password.load(tmp_path / "password.json") is None
    for content in ("", "{}", "[]", '{"salt": 1, "scrypt": 2}', "\x00"):
        (tmp_path / "password.json").write_text(content)
        with pytest.raises(PasswordError):
            Password.load(tmp_path / "password.json")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_address_that_is_wrong_often_waits_longer_each_time():
    clock = Clock()
    tries = Tries(clock)
    for _ in range(FREE_TRIES - 1):
        tries.wrong("a")
        assert tries.wait("a") == 0
    waits = []
    for _ in range(12):
        tries.wrong("a")
        waits.append(tries.wait("a"))
        clock.now += waits[-1]
        assert tries.wait("a") == 0
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == LONGEST_WAIT_S
    assert tries.wait("b") == 0


def test_the_right_password_forgets_the_wrong_ones():
    tries = Tries(Clock())
    for _ in range(FREE_TRIES):
        tries.wrong("a")
    tries.right("a")
    assert tries.wait("a") == 0


def test_many_addresses_together_are_slowed_too():
    clock = Clock()
    tries = Tries(clock)
    for n in range(ALL_TRIES):
        tries.wrong(f"10.0.0.{n}")
    assert tries.wait("192.168.0.9") > 0
    clock.now += 601
    assert tries.wait("192.168.0.9") == 0
