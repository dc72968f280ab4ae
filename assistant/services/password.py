"""The password of an app that other computers can reach: kept as a memory-hard hash, and guessed slowly."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourcierError
from corpus.files import parsed, replacing

VARIABLE = "SOURCIER_PASSWORD"
SHORTEST, LONGEST = 8, 200  # characters
# scrypt (Percival 2009) with 64 MB and about a fifth of a second a guess.
COST, BLOCK, PARALLEL, MEMORY = 2**16, 8, 1, 2**27

FREE_TRIES = 5  # of one address before it has to wait
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 900.0
ALL_TRIES, ALL_WINDOW_S = 60, 600.0  # of all addresses together: an attacker may have many
ADDRESSES_KEPT = 10_000


class PasswordError(SourcierError):
    """A password that cannot be used, or a password file that cannot be read."""


@dataclass(frozen=True)
class Password:
    """A password's salt and hash."""

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, text: str) -> "Password":
        """Salts and hashes `text`. Raises PasswordError when it is too short or too long."""
        if not SHORTEST <= len(text) <= LONGEST:
            raise PasswordError("password.length", least=SHORTEST, most=LONGEST)
        salt = secrets.token_bytes(16)
        return cls(salt, _hashed(text, salt))

    def matches(self, text: str) -> bool:
        """Takes the same time for every text."""
        return hmac.compare_digest(_hashed(text[: LONGEST + 1], self.salt), self.digest)

    # --- the file -----------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, path: Path) -> "Password | None":
        """The stored password, None when there is none. Raises PasswordError for a file that holds none: an unreadable
        password must let nobody in."""
        try:
            stored = parsed(path.read_text("utf-8"))
            return cls(base64.b64decode(stored["salt"]), base64.b64decode(stored["scrypt"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PasswordError("password.unreadable", path=str(path)) from error

    def save(self, path: Path) -> None:
        """Writes the hash where only this user can read it. Raises OSError."""
        record = {name: base64.b64encode(raw).decode() for name, raw in (("salt", self.salt), ("scrypt", self.digest))}
        with replacing(path, private=True) as temporary:
            temporary.write_text(json.dumps(record), "utf-8")


def _hashed(text: str, salt: bytes) -> bytes:
    secret = text.encode("utf-8", "replace")
    return hashlib.scrypt(secret, salt=salt, n=COST, r=BLOCK, p=PARALLEL, maxmem=MEMORY, dklen=32)


class Tries:
    """Slows guessing: after FREE_TRIES wrong guesses an address waits, and twice as long after each further one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()  # address: times, when it may try again
        self._recent: list[float] = []  # when anybody was wrong

    def wait(self, address: str) -> float:
        """Seconds until the address may try again, 0 when at once."""
        with self._lock:
            now = self._clock()
            own = self._wrong.get(address, (0, now))[1] - now
            self._recent = [then for then in self._recent if now - then < ALL_WINDOW_S]
            common = self._recent[-ALL_TRIES] + ALL_WINDOW_S - now if len(self._recent) >= ALL_TRIES else 0.0
            return max(own, common, 0.0)

    def wrong(self, address: str) -> None:
        """Notes a wrong guess."""
        with self._lock:
            now = self._clock()
            times = self._wrong.pop(address, (0, now))[0] + 1
            over = times - FREE_TRIES
            pause = min(FIRST_WAIT_S * 2.0 ** min(over, 30), LONGEST_WAIT_S) if over >= 0 else 0.0
            self._wrong[address] = (times, now + pause)
            self._recent.append(now)
            while len(self._wrong) > ADDRESSES_KEPT:
                self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Forgets the address's wrong guesses."""
        with self._lock:
            self._wrong.pop(address, None)
