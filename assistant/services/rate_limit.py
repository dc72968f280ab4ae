"""How often a visitor of a public demonstration may ask: so many questions in a stretch of time, alone and together."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MOST_VISITORS = 10_000  # that are remembered; whoever has not asked for longest is forgotten first


class RateLimit:
    """Admits `each` questions a visitor and `together` in all within `seconds`. Threads may share it.

    A visitor's name may be a lie where a proxy stands between; the limit on all together holds whoever asks.
    """

    def __init__(self, each: int, together: int, seconds: float, clock: Callable[[], float] = time.monotonic):
        self._each, self._together, self._seconds, self._clock = each, together, seconds, clock
        self._visitors: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()
        self._lock = threading.Lock()

    def wait(self, visitor: str) -> float:
        """0 where the visitor may ask now, which then counts; else the seconds until it is worth trying again."""
        with self._lock:
            now = self._clock()
            mine = self._visitors.setdefault(visitor, deque())
            self._visitors.move_to_end(visitor)
            while len(self._visitors) > MOST_VISITORS:
                self._visitors.popitem(last=False)
            left = 0.0
            for asked, most in ((mine, self._each), (self._all, self._together)):
                while asked and now - asked[0] >= self._seconds:
                    asked.popleft()
                if len(asked) >= most:
                    left = max(left, self._seconds - (now - asked[0]))
            if not left:
                mine.append(now)
                self._all.append(now)
            return left
