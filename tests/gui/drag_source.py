# SPDX-License-Identifier: GPL-3.0-or-later
"""Drags a file onto a window as a file manager does under X11: the XDND protocol, spoken by ctypes and libX11.

    python3 drag_source.py FILE X Y

X and Y are the screen's, from its top left. Exit code 0: the window took the file. Test only. No pointer is moved: XDND
is told by messages, and the window under test gets them as if the pointer were there.
"""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 10.0
CLIENT_MESSAGE, SELECTION_REQUEST, SELECTION_NOTIFY = 33, 30, 31
VERSION = 5
XID = ctypes.c_ulong
X: Any = ctypes.CDLL("libX11.so.6")


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent, with numbers of 32 bits."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", XID),
        ("message_type", XID),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
    )


class SelectionRequest(ctypes.Structure):
    """XSelectionRequestEvent; without `owner` it is XSelectionEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("owner", XID),
        ("requestor", XID),
        ("selection", XID),
        ("target", XID),
        ("property", XID),
        ("time", ctypes.c_ulong),
    )


class SelectionNotify(ctypes.Structure):
    """XSelectionEvent."""

    _fields_ = tuple(field for field in SelectionRequest._fields_ if field[0] != "owner")


class Event(ctypes.Union):
    """XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("client", ClientMessage),
        ("request", SelectionRequest),
        ("notify", SelectionNotify),
        ("room", ctypes.c_long * 24),
    )


class DragSource:
    """One file, dragged from a window that nobody sees."""

    def __init__(self, file: Path) -> None:
        self.content = f"{file.as_uri()}\r\n".encode()
        X.XOpenDisplay.restype = X.XDefaultRootWindow.restype = ctypes.c_void_p
        X.XInternAtom.restype = XID
        self.display = ctypes.c_void_p(X.XOpenDisplay(None))
        self.root = XID(X.XDefaultRootWindow(self.display))
        X.XCreateSimpleWindow.restype = XID
        self.own = XID(X.XCreateSimpleWindow(self.display, self.root, 0, 0, 8, 8, 0, XID(0), XID(0)))
        X.XSetSelectionOwner(self.display, self.atom("XdndSelection"), self.own, 0)

    def atom(self, name: str) -> ctypes.c_ulong:
        return XID(X.XInternAtom(self.display, name.encode(), 0))

    def aware_window(self) -> ctypes.c_ulong:
        """The first window on the screen that says it takes drops."""
        for window in self.children(self.root):
            if any(self.takes_drops(one) for one in (window, *self.children(window))):
                return next(one for one in (window, *self.children(window)) if self.takes_drops(one))
        raise SystemExit("no window takes drops")

    def children(self, window: ctypes.c_ulong) -> list[ctypes.c_ulong]:
        root, parent, count, found = XID(), XID(), ctypes.c_uint(), ctypes.POINTER(XID)()
        X.XQueryTree(self.display, window, *map(ctypes.byref, (root, parent, found, count)))
        return [XID(found[number]) for number in range(count.value)]

    def takes_drops(self, window: ctypes.c_ulong) -> bool:
        kind, form, items, rest, data = XID(), ctypes.c_int(), ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p()
        out = map(ctypes.byref, (kind, form, items, rest, data))
        X.XGetWindowProperty(self.display, window, self.atom("XdndAware"), XID(0), XID(1), 0, XID(0), *out)
        return items.value > 0

    def tell(self, window: ctypes.c_ulong, name: str, *data: int) -> None:
        event = Event()
        event.client.type, event.client.window, event.client.format = CLIENT_MESSAGE, window, 32
        event.client.message_type = self.atom(name)
        event.client.data = (ctypes.c_long * 5)(self.own.value, *data)
        X.XSendEvent(self.display, window, 0, XID(0), ctypes.byref(event))
        X.XFlush(self.display)

    def hear(self, name: str) -> ClientMessage:
        """Wait for a message of the window; what it asks for meanwhile is given."""
        deadline, event = time.monotonic() + LIMIT_SECONDS, Event()
        while time.monotonic() < deadline:
            if not X.XPending(self.display):
                time.sleep(0.02)
                continue
            X.XNextEvent(self.display, ctypes.byref(event))
            if event.type == SELECTION_REQUEST:
                self.give(event.request)
            elif event.type == CLIENT_MESSAGE and event.client.message_type == self.atom(name).value:
                heard: ClientMessage = event.client
                return heard
        raise SystemExit(f"no {name}")

    def give(self, asked: SelectionRequest) -> None:
        where, kind = XID(asked.property), XID(asked.target)
        X.XChangeProperty(
            self.display, XID(asked.requestor), where, kind, 8, 0, self.content, ctypes.c_int(len(self.content))
        )
        answer = Event()
        answer.notify.type, answer.notify.requestor = SELECTION_NOTIFY, asked.requestor
        answer.notify.selection, answer.notify.target = asked.selection, asked.target
        answer.notify.property, answer.notify.time = asked.property, asked.time
        X.XSendEvent(self.display, XID(asked.requestor), 0, XID(0), ctypes.byref(answer))
        X.XFlush(self.display)

    def drag_to(self, x: int, y: int) -> None:
        """Enter, move there twice, let go, and wait until the window has it."""
        window = self.aware_window()
        self.tell(window, "XdndEnter", VERSION << 24, self.atom("text/uri-list").value, 0, 0)
        for _ in range(2):
            self.tell(window, "XdndPosition", 0, x << 16 | y, 0, self.atom("XdndActionCopy").value)
            status = self.hear("XdndStatus")
        if not status.data[1] & 1:
            raise SystemExit("the window does not want it there")
        self.tell(window, "XdndDrop", 0, 0, 0, 0)
        self.hear("XdndFinished")  # whether it was accepted too only newer ones say; Blender does not


if __name__ == "__main__":
    DragSource(Path(sys.argv[1])).drag_to(int(sys.argv[2]), int(sys.argv[3]))
