"""A mail server that takes everything and keeps only counts: fast enough not to be what is measured.

    python -m mathshub.testing.bench.mail_sink PORT

Besides SMTP it knows XTALLY: how many messages it has taken, and to how many addresses, since the
last XFORGET.
"""

import asyncio
import sys

END_OF_LINE, END_OF_TEXT = b"\r\n", b"\r\n.\r\n"
ANSWERS = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 SIZE 20000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 goodbye\r\n",
}
OK = b"250 OK\r\n"


class Tally:
    """What all connections have brought."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.messages = 0
        self.addresses: set[bytes] = set()


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._waiting = b""
        self._in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := END_OF_TEXT if self._in_text else END_OF_LINE) in self._waiting:
            taken, _, self._waiting = self._waiting.partition(end)
            self._transport.write(self._take_text() if self._in_text else self._obey(taken))

    def _take_text(self) -> bytes:
        self._in_text = False
        self._tally.messages += 1
        return OK

    def _obey(self, line: bytes) -> bytes:
        command = line[:4].upper()
        self._in_text = command == b"DATA"
        if command == b"RCPT":
            self._tally.addresses.add(line)
        elif command == b"XTAL":
            return f"250 {self._tally.messages} {len(self._tally.addresses)}\r\n".encode()
        elif command == b"XFOR":
            self._tally.forget()
        return ANSWERS.get(command, OK)


async def serve(port: int) -> None:
    """Listen on loopback until the process is ended."""
    tally = Tally()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(tally), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
