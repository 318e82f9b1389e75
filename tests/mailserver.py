"""A mail server of a few lines, in a thread: keeps what it took, refuses as it is told."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any


@dataclass
class Mailbox:
    """Where the server listens and what it took: (Message-ID, recipient) in the order of coming.

    ``behave(recipient, number)`` says how the number-th letter is met: 0 is taken, 4xx or 5xx refused, -1 hangs up
    before an answer, -2 takes it and hangs up instead of saying so.
    """

    port: int = 0
    took: list[tuple[str, str]] = field(default_factory=list)
    behave: Callable[[str, int], int] = lambda recipient, number: 0
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def take(self, recipient: str, data: bytes) -> None:
        letter: Any = message_from_bytes(data, policy=policy.default)
        with self.lock:
            self.took.append((letter["Message-ID"], recipient))


class Handler(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self.say(220, "ready")
        recipient, answer = "", 0
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word.startswith(b"RCPT"):
                found = re.search(rb"<([^>]*)>", line)
                recipient = found[1].decode() if found else ""
                with self.box.lock:
                    self.box.asked += 1
                    answer = self.box.behave(recipient, self.box.asked)
                if answer == -1:
                    return
                self.say(answer or 250, "so") if answer > 0 else self.say(250, "ok")
            elif word == b"DATA":
                self.say(354, "go on")
                self.box.take(recipient, self.body())
                if answer == -2:
                    return
                self.say(250, "taken")
            elif word == b"QUIT":
                self.say(221, "bye")
                return
            else:
                self.say(250, "ok")

    def body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        return b"".join(lines)

    def say(self, code: int, words: str) -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that was killed while it spoke is what these tests are about."""


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    box = Mailbox()
    handler = type("Bound", (Handler,), {"box": box})
    with Server(("127.0.0.1", 0), handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
