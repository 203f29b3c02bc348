"""Keys that somebody waits for, one after the other."""

import asyncio


class KeyPresses:
    """The keys of one person that nobody has taken yet."""

    def __init__(self) -> None:
        self._keys: asyncio.Queue[str] = asyncio.Queue()

    def press(self, key: str) -> None:
        """A key was pressed; "": none will be any more."""
        self._keys.put_nowait(key)

    async def next(self, seconds: float) -> str:
        """Return the next one, also where it was pressed before; "" when none came within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                return await self._keys.get()
        except TimeoutError:
            return ""

    def forget(self) -> None:
        """What was pressed so far is nobody's any more."""
        while not self._keys.empty():
            self._keys.get_nowait()
