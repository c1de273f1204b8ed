# SPDX-License-Identifier: GPL-3.0-or-later
"""A hand and an eye inside a real Blender window: move, click, press, look, and feel whether the loop stands still.

Needs Blender's `--enable-event-simulate`. Everything that takes time is a generator that yields the seconds to wait;
`drive` runs one from a timer, so that Blender's own loop goes on between the steps.
"""

import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import bpy

Steps = Generator[float, None, None]
BEAT_SECONDS = 0.02
EVENT_PAUSE_SECONDS = 0.12
"""One event a tick: several at once do not always reach the button."""
SWEEP_STEP_PIXELS = 9
MOST_PAGES = 4
SCROLL_STEPS = 6


class TookTooLong(Exception):
    """What was waited for did not happen within its limit."""


def drive(steps: Steps, at_end: Callable[[BaseException | None], None]) -> None:
    """Run `steps` from a timer; `at_end` gets the exception that ended them, or None."""

    def tick() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            at_end(None)
        except Exception as fault:  # noqa: BLE001  # handed on: a timer has no caller who could catch it
            at_end(fault)
        return None

    # Persistent: a story goes on when another file is opened.
    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)


def wait_until(happened: Callable[[], bool], limit_seconds: float, what: str, look_seconds: float = 0.1) -> Steps:
    """Look ten times a second, or as often as said. Raises TookTooLong."""
    end = time.monotonic() + limit_seconds
    while not happened():
        if time.monotonic() > end:
            raise TookTooLong(f"{what}: not within {limit_seconds:g} s")
        yield look_seconds


class Heartbeat:
    """How long the main loop stood still: the gaps between the beats of a fast timer, in seconds.

    longest_gap is what an artist feels. longest_work is the main thread's own share of a gap, which another program's
    hunger for the processor does not change; it does not see a wait. gaps: when each ended (time.perf_counter), and
    how long it was.
    """

    def __init__(self) -> None:
        self.longest_gap = self.longest_work = 0.0
        self.gaps: list[tuple[float, float]] = []
        self._last: tuple[float, float] | None = None
        self._timer = self._beat  # Blender knows a timer by its object, and a method is a new one at each access
        bpy.app.timers.register(self._timer, persistent=True)

    def _beat(self) -> float:
        now = (time.perf_counter(), time.thread_time())
        if self._last is not None:
            self.gaps.append((now[0], now[0] - self._last[0]))
            self.longest_gap = max(self.longest_gap, self.gaps[-1][1])
            self.longest_work = max(self.longest_work, now[1] - self._last[1])
        self._last = now
        return BEAT_SECONDS

    def restart(self) -> None:
        """Forget the gaps so far, and the one that is open."""
        self.longest_gap, self.longest_work, self._last = 0.0, 0.0, None
        self.gaps = []

    def stop(self) -> None:
        """Blender must not leave with a timer still registered."""
        bpy.app.timers.unregister(self._timer)


class View:
    """The one window, its 3D View, and that view's sidebar."""

    def __init__(self) -> None:
        self.window = bpy.context.window_manager.windows[0]
        self.area = next(area for area in self.window.screen.areas if area.type == "VIEW_3D")
        self.main = next(region for region in self.area.regions if region.type == "WINDOW")
        self.sidebar = next(region for region in self.area.regions if region.type == "UI")

    def inside(self, region: Any) -> Any:
        """A context in which operators believe that the pointer is over `region`."""
        return bpy.context.temp_override(window=self.window, area=self.area, region=region)

    def show_sidebar(self, tab: str) -> Steps:
        """Open the sidebar and turn to a tab."""
        self.area.spaces.active.show_region_ui = True
        yield 0.5
        self.sidebar.active_panel_category = tab
        self.area.tag_redraw()
        yield 0.5

    def middle(self, region: Any) -> tuple[int, int]:
        """Window coordinates of a region's middle, from the bottom left."""
        return region.x + region.width // 2, region.y + region.height // 2

    def _event(self, kind: str, value: str, at: tuple[int, int], **keys: bool) -> float:
        self.window.event_simulate(type=kind, value=value, x=at[0], y=at[1], **keys)
        return EVENT_PAUSE_SECONDS

    def point_at(self, at: tuple[int, int]) -> Steps:
        """Move the pointer; twice, since a button lights up at the second move."""
        yield self._event("MOUSEMOVE", "NOTHING", (at[0] - 2, at[1]))
        yield self._event("MOUSEMOVE", "NOTHING", at)

    def click(self, at: tuple[int, int]) -> Steps:
        """The left button, pressed and let go."""
        yield from self.point_at(at)
        yield self._event("LEFTMOUSE", "PRESS", at)
        yield self._event("LEFTMOUSE", "RELEASE", at)

    def press(self, key: str, at: tuple[int, int], **keys: bool) -> Steps:
        """A key, with `ctrl=True` and the like, while the pointer is at a place."""
        yield from self.point_at(at)
        yield self._event(key, "PRESS", at, **keys)
        yield self._event(key, "RELEASE", at)

    def operator_under_pointer(self) -> str | None:
        """The Python command of the button under the pointer, such as `bpy.ops.triposr.generate()`."""
        with self.inside(self.sidebar):
            if not bpy.ops.ui.copy_python_command_button.poll():
                return None
            bpy.ops.ui.copy_python_command_button()
        command: str = bpy.context.window_manager.clipboard
        return command

    def find_button(self, command: str, below: int | None = None) -> Generator[float, None, tuple[int, int]]:
        """Sweep the pointer down the sidebar until it is over the command's button; it scrolls to what is further down.

        below: a height where a small button at the edge is looked for first, when there is no time for all the rest.
        """
        for page in range(MOST_PAGES):
            if page:
                yield from self._scroll_down()
            found = yield from self._sweep(command, below)
            if found is not None:
                return found
        raise TookTooLong(f"no button for {command} in the sidebar")

    def find_again(self, command: str, last: tuple[int, int]) -> Generator[float, None, tuple[int, int]]:
        """The same, where the button was at `last`: what stands above it may have moved it since."""
        yield from self.point_at(last)
        found = self.operator_under_pointer()
        if found is not None and found.startswith(command):
            return last
        return (yield from self.find_button(command))

    def _sweep(self, command: str, below: int | None) -> Generator[float, None, tuple[int, int] | None]:
        """Where the button is, as far as the sidebar is in sight."""
        places = [(x, y) for x in self._columns() for y in self._heights()]
        middle = places[0][0]
        if below is not None:
            places.sort(key=lambda place: (place[0] == middle, place[1] > below))
        for x, y in places:
            yield from self._hover((x, y))
            found = self.operator_under_pointer()
            if found is not None and found.startswith(command):
                return x, y - SWEEP_STEP_PIXELS
        return None

    def _scroll_down(self) -> Steps:
        """By about half of what is in sight."""
        at = self.middle(self.sidebar)
        yield from self.point_at(at)
        for _ in range(SCROLL_STEPS):
            yield self._event("WHEELDOWNMOUSE", "PRESS", at)
        yield 0.5

    def _columns(self) -> Iterator[int]:
        """The middle; the right edge inwards, where small buttons stand beside the tabs; the left one of a pair."""
        left, right = self.sidebar.x, self.sidebar.x + self.sidebar.width
        middle, scale = left + self.sidebar.width // 2, bpy.context.preferences.system.ui_scale
        return iter([middle, *(right - round(scale * away) for away in (48, 38, 58)), (left + middle) // 2])

    def _heights(self) -> Iterator[int]:
        top, bottom = self.sidebar.y + self.sidebar.height - 4, self.sidebar.y + 4
        return iter(range(top, bottom, -SWEEP_STEP_PIXELS))

    def _hover(self, at: tuple[int, int]) -> Steps:
        self.window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=at[0], y=at[1])
        yield 0.03

    def screenshot(self, picture: Path, crop: str = "") -> Steps:
        """The screen or a part of it as PNG, by ImageMagick: Blender's own is black under software drawing."""
        part = ["-crop", crop, "+repage"] if crop else []
        camera = subprocess.Popen(["import", "-window", "root", *part, str(picture)])
        yield from wait_until(lambda: camera.poll() is not None, 30.0, f"the screenshot {picture.name}")

    def around_sidebar(self) -> str:
        """The right half of the 3D View, with the sidebar, as a crop for `screenshot`."""
        width, top = 2 * self.sidebar.width, self.window.height - self.area.y - self.area.height
        left = self.area.x + self.area.width - width
        return f"{width}x{self.area.height}+{left}+{top}"

    def running(self) -> list[str]:
        """The modal operators at work, by identifier."""
        return [operator.bl_idname for operator in self.window.modal_operators]
