"""An IMAP server on loopback with one folder: as much of it as reading reports needs."""

import re
import socketserver
from threading import Thread

FETCH = r"UID FETCH ([\d,]+) \(BODY\.PEEK\[(.*)\](?:<0\.(\d+)>)?\)"
LOGIN = 'LOGIN portal "p@ss word"'


class ImapMailbox:
    """Mails by number, and which of them were read. Anything that is asked otherwise is refused."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = dict(enumerate(mails, start=1))
        self.seen: set[int] = set()
        self.asked: list[str] = []
        self.gone: set[int] = set()  # deleted by somebody else once they were found
        self.fails_at = ""  # the command at which the connection is cut
        mailbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                for line in self.rfile:
                    tag, _, command = line.decode().strip().partition(" ")
                    mailbox.asked.append(command)
                    if mailbox.fails_at and command.startswith(mailbox.fails_at):
                        return
                    said, answer = mailbox.answer(command)
                    self.wfile.write(said + f"{tag} {answer} done\r\n".encode())
                    if command == "LOGOUT":
                        return

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        port = self._server.server_address[1]
        self.url = f"imap://portal:p%40ss%20word@127.0.0.1:{port}/INBOX"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, command: str) -> tuple[bytes, str]:
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n", "OK"
        if command == 'SELECT "INBOX"':
            return f"* {len(self.mails)} EXISTS\r\n".encode(), "OK [READ-WRITE]"
        if command in (LOGIN, "LOGOUT"):
            return b"", "OK"
        if command.startswith("UID SEARCH UNSEEN SINCE "):
            unread = " ".join(str(uid) for uid in self.mails if uid not in self.seen)
            return f"* SEARCH {unread}\r\n".encode(), "OK"
        if found := re.fullmatch(FETCH, command):
            uids = [int(uid) for uid in found[1].split(",")]
            # One by one, as servers tell of what changes meanwhile; gone ones are left out.
            said = [self.fetch(uid, found[2], found[3]) for uid in uids if uid not in self.gone]
            return b"* 1 FETCH (FLAGS (\\Recent) UID 1)\r\n".join(said), "OK"
        if found := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", command):
            self.seen.add(int(found[1]))
            return b"", "OK"
        return b"", "BAD not here"

    def fetch(self, uid: int, fields: str, most: str | None) -> bytes:
        """A part of one mail; its number stands before it or behind, as servers please."""
        part = self.mails[uid]
        if fields:
            part = part.split(b"\n\n")[0] + b"\n\n"
        part = part[: int(most or len(part))]
        before, behind = (f" UID {uid}", "") if uid % 2 else ("", f" UID {uid}")
        head = f"* {uid} FETCH (FLAGS (){before} BODY[{fields}] {{{len(part)}}}\r\n"
        return head.encode() + part + f"{behind})\r\n".encode()
