"""A stand-in for Telegram's Bot API on loopback, by its published behaviour: long polls with offsets, one
poller at a time, messages that can be edited, buttons, HTML of a few tags, limits and every kind of failure.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

TOKEN = "123456:CANARY-chat-token"  # noqa: S105
BOT_NAME = "watch_bot"
TEXT_MAX = 4_096
DATA_BYTES_MAX = 64
TAGS = frozenset({"b", "i", "u", "s", "code", "pre", "a"})
WAIT_S_MAX = 20.0
Params = dict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """`body` bytes goes out as it is, with `drip_s` one byte at a time; `hang`: take the request and never
    answer; `drop`: close at once.
    """

    status: int = 200
    body: object = None
    hang: bool = False
    drop: bool = False
    drip_s: float = 0.0


def limited(seconds: int) -> Fault:
    said = f"Too Many Requests: retry after {seconds}"
    return Fault(429, {**_refusal(429, said), "parameters": {"retry_after": seconds}})


CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
BROKEN = Fault(502, b"<html>502 Bad Gateway</html>")


@dataclass(slots=True)
class Message:
    """As it stands in the chat; `texts` is all that it ever said, `buttons` label -> data."""

    chat_id: int
    message_id: int
    texts: list[str]
    buttons: dict[str, str]
    markup: str = ""

    @property
    def text(self) -> str:
        return self.texts[-1]


class _Words(HTMLParser):
    """Refuses what the Bot API refuses: unknown tags, and ends without a beginning."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise ValueError(f'Unsupported start tag "{tag}"')
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise ValueError(f'Unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        self.text += data


def words(html: str) -> _Words:
    """Raises ValueError for what the Bot API would not take."""
    found = _Words()
    found.feed(html)
    found.close()
    if found.open:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{found.open[-1]}"')
    return found


def _refusal(status: int, description: str) -> dict[str, object]:
    return {"ok": False, "error_code": status, "description": description}


class RefusedError(Exception):
    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.body = _refusal(status, description)
        self.status = status


@dataclass(slots=True)
class BotApi:
    """`patience_s`: how long a long poll really waits; 0 lets a test go step by step.

    `faults`: per method, what the next calls get instead of an answer. `date_s` dates messages.
    """

    url: str = ""
    patience_s: float = 0.0
    token: str = TOKEN
    date_s: Callable[[], int] = lambda: 0
    calls: list[tuple[str, Params]] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    webhook: str = ""
    polling: int = 0  # long polls that wait now
    over: threading.Event = field(default_factory=threading.Event)
    _updates: deque[dict[str, object]] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _next_update: int = 1_000
    _next_message: int = 1
    _poll: int = 0
    _presses: set[str] = field(default_factory=set)

    # What people do.

    def says(self, user_id: int, text: str, chat_id: int | None = None, **more: object) -> int:
        """The update's number. In a private chat when no other is named."""
        chat = {"id": chat_id or user_id, "type": "group" if chat_id else "private", "title": "g"}
        message = {
            "message_id": self._numbered(),
            "from": {"id": user_id, "is_bot": False, "first_name": "P"},
            "chat": chat,
            "date": self.date_s(),
            "text": text,
            **more,
        }
        return self.arrives({"message": message})

    def presses(self, user_id: int, message: Message, label: str) -> str:
        """The callback's id; its answer is in `answered`."""
        return self.sends_back(user_id, message, message.buttons[label])

    def sends_back(self, user_id: int, message: Message, data: str) -> str:
        chat_id = message.chat_id
        press = f"press-{self._numbered()}"
        self._presses.add(press)
        where = {"id": chat_id, "type": "private" if chat_id > 0 else "group", "title": "g"}
        query = {
            "id": press,
            "from": {"id": user_id, "is_bot": False, "first_name": "P"},
            "chat_instance": "1",
            "message": {"message_id": message.message_id, "chat": where, "date": 0},
            "data": data,
        }
        self.arrives({"callback_query": query})
        return press

    def arrives(self, update: dict[str, object]) -> int:
        with self._changed:
            number = self._next_update
            self._next_update += 1
            self._updates.append({"update_id": number, **update})
            self._changed.notify_all()
            return number

    def arrives_raw(self, update: dict[str, object]) -> None:
        with self._changed:
            self._updates.append(update)
            self._changed.notify_all()

    # What a test looks at.

    def fails(self, method: str, *faults: Fault) -> None:
        self.faults.setdefault(method, deque()).extend(faults)

    def said(self, chat_id: int) -> list[Message]:
        return [m for m in self.messages.values() if m.chat_id == chat_id]

    def last(self, chat_id: int) -> Message:
        return self.said(chat_id)[-1]

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.calls)

    @property
    def polls(self) -> int:
        """How many long polls have come as far as waiting."""
        return self._poll

    @property
    def waiting(self) -> int:
        return len(self._updates)

    # What the server does.

    def answer(self, method: str, params: Params) -> object:
        serve: dict[str, Callable[[Params], object]] = {
            "getMe": lambda _: {
                "id": 1, "is_bot": True, "first_name": "Watch", "username": BOT_NAME,
            },
            "deleteWebhook": self._delete_webhook,
            "getUpdates": self._get_updates,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_message,
            "answerCallbackQuery": self._answer_press,
        }  # fmt: skip
        if method not in serve:
            raise RefusedError(404, "Not Found")
        return serve[method](params)

    def fault(self, method: str) -> Fault | None:
        waiting = self.faults.get(method)
        return waiting.popleft() if waiting else None

    def _delete_webhook(self, params: Params) -> bool:
        self.webhook = ""
        if params.get("drop_pending_updates") == "true":
            self._updates.clear()
        return True

    def _get_updates(self, params: Params) -> list[dict[str, object]]:
        if self.webhook:
            said = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise RefusedError(409, said)
        wait_s = min(float(params.get("timeout", 0)), self.patience_s)
        with self._changed:
            self._poll += 1
            mine = self._poll
            self._changed.notify_all()  # an older poll ends: it is the one that is refused
            self._forget(int(params.get("offset", 0)))
            self.polling += 1
            self._changed.wait_for(lambda: self._updates or self._poll != mine, wait_s)
            self.polling -= 1
            if self._poll != mine:
                raise RefusedError(409, CONFLICT)
            return list(self._updates)[: int(params.get("limit", 100))]

    def _forget(self, offset: int) -> None:
        kept = [u for u in self._updates if not (_number(u) < offset)]
        self._updates = deque(kept)

    def _send_message(self, params: Params) -> dict[str, object]:
        chat_id = int(params["chat_id"])
        self._fit(chat_id, params)
        message = Message(chat_id, self._numbered(), [params["text"]], *_keyboard(params))
        self.messages[chat_id, message.message_id] = message
        return self._shown(message)

    def _edit_message(self, params: Params) -> dict[str, object]:
        chat_id = int(params["chat_id"])
        message = self.messages.get((chat_id, int(params["message_id"])))
        if message is None:
            raise RefusedError(400, "Bad Request: message to edit not found")
        self._fit(chat_id, params)
        buttons, markup = _keyboard(params)
        if (message.text, message.markup) == (params["text"], markup):
            raise RefusedError(
                400,
                "Bad Request: message is not modified: specified new message content and reply"
                " markup are exactly the same as a current content and reply markup of the message",
            )
        message.texts.append(params["text"])
        message.buttons, message.markup = buttons, markup
        return self._shown(message)

    def _answer_press(self, params: Params) -> bool:
        press = params["callback_query_id"]
        if press not in self._presses:
            raise RefusedError(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        self._presses.discard(press)
        self.answered[press] = params.get("text", "")
        return True

    def _fit(self, chat_id: int, params: Params) -> None:
        if chat_id in self.blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        try:
            text = words(params["text"]).text if params.get("parse_mode") else params["text"]
        except ValueError as error:
            raise RefusedError(400, f"Bad Request: can't parse entities: {error}") from None
        if not text.strip():
            raise RefusedError(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > TEXT_MAX:
            raise RefusedError(400, "Bad Request: message is too long")

    def _shown(self, message: Message) -> dict[str, object]:
        return {
            "message_id": message.message_id,
            "chat": {"id": message.chat_id, "type": "private"},
            "date": self.date_s(),
            "text": words(message.text).text,
        }

    def _numbered(self) -> int:
        with self._changed:
            self._next_message += 1
            return self._next_message


def _number(update: dict[str, object]) -> int:
    """What has no number of its own is forgotten with the first offset that comes."""
    number = update.get("update_id")
    return number if isinstance(number, int) else 0


def _keyboard(params: Params) -> tuple[dict[str, str], str]:
    markup = params.get("reply_markup", "")
    rows = json.loads(markup)["inline_keyboard"] if markup else []
    buttons = {b["text"]: b["callback_data"] for row in rows for b in row}
    if any(not 1 <= len(data.encode()) <= DATA_BYTES_MAX for data in buttons.values()):
        raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
    return buttons, markup


class _Handler(BaseHTTPRequestHandler):
    api: BotApi
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        params = dict(parse_qsl(self.rfile.read(size).decode(), keep_blank_values=True))
        token, _, method = self.path.removeprefix("/bot").partition("/")
        self.api.calls.append((method, params))
        fault = self.api.fault(method)
        if fault is not None:
            self._fail(fault)
            return
        if token != self.api.token:
            self._send(401, _refusal(401, "Unauthorized"))
            return
        try:
            self._send(200, {"ok": True, "result": self.api.answer(method, params)})
        except RefusedError as refused:
            self._send(refused.status, refused.body)

    def _fail(self, fault: Fault) -> None:
        if fault.hang:
            self.api.over.wait(WAIT_S_MAX)
        if fault.hang or fault.drop:
            self.close_connection = True
            return
        self._send(fault.status, fault.body, fault.drip_s)

    def _send(self, status: int, body: object, drip_s: float = 0.0) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            for part in [raw] if not drip_s else [bytes([byte]) for byte in raw]:
                self.wfile.write(part)
                self.api.over.wait(drip_s)
        except OSError:  # it did not wait for us
            self.close_connection = True

    def log_message(self, *_: object) -> None: ...


@contextmanager
def bot_api() -> Iterator[BotApi]:
    api = BotApi()
    handler = type("Handler", (_Handler,), {"api": api})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        api.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
