"""An IMAP server on loopback with one folder: as much of it as reading reports needs."""

import re
import socketserver
from threading import Thread

LOGIN = 'LOGIN portal "p@ss word"'


class ImapMailbox:
    """Mails by number, and which of them were read. Anything that is asked otherwise is refused."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = dict(enumerate(mails, start=1))
        self.seen: set[int] = set()
        self.asked: list[str] = []
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
        if found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[(.*)\](?:<0\.(\d+)>)?\)", command):
            uid, part = int(found[1]), self.mails[int(found[1])]
            if found[2]:
                part = part.split(b"\n\n")[0] + b"\n\n"
            part = part[: int(found[3] or len(part))]
            head = f"* {uid} FETCH (UID {uid} BODY[] {{{len(part)}}}\r\n".encode()
            return head + part + b")\r\n", "OK"
        if found := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", command):
            self.seen.add(int(found[1]))
            return b"", "OK"
        return b"", "BAD not here"
