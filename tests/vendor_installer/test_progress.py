# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps run in order, are skipped when done, and one bar never goes back."""

import io

import pytest

from vendor_installer.progress import Amount, Report, Step, TerminalDisplay, run_steps


class Recorder:
    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.lines: list[str] = []
        self.amounts: list[Amount] = []

    def progress(self, fraction: float, title: str, detail: str, amount: Amount) -> None:
        self.fractions.append(fraction)
        self.amounts.append(amount)

    def done(self, fraction: float, line: str) -> None:
        self.fractions.append(fraction)
        self.lines.append(line)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def step(title: str, weight: float, *, current: bool = False, reports: tuple[float, ...] = (0.5,)) -> Step:
    def work(report: Report) -> str:
        for fraction in reports:
            report(fraction, "at it")
        return f"wrote {title}"

    return Step(title, weight, lambda: current, work)


def test_steps_run_in_order_and_current_ones_are_skipped() -> None:
    recorder = Recorder()
    run_steps([step("one", 1), step("two", 1, current=True), step("three", 2)], recorder)
    assert [line.partition(" (")[0] for line in recorder.lines] == [
        "one: wrote one",
        "two: already done",
        "three: wrote three",
    ]


def test_the_bar_follows_the_weights_and_never_leaves_its_step() -> None:
    recorder = Recorder()
    run_steps([step("one", 1, reports=(-5.0, 0.5, 7.0)), step("two", 3)], recorder)
    assert recorder.fractions == [0.0, 0.0, 0.125, 0.25, 0.25, 0.25, 0.625, 1.0]


def test_a_step_that_raises_ends_the_run() -> None:
    def fail(report: Report) -> str:
        raise ValueError("broken")

    recorder = Recorder()
    with pytest.raises(ValueError, match="broken"):
        run_steps([Step("one", 1, lambda: False, fail), step("two", 1)], recorder)
    assert recorder.lines == []


def test_bytes_are_of_all_steps_and_what_comes_after_them_takes_time_too() -> None:
    def work(report: Report) -> str:
        for fraction in (0.0, 0.25, 0.5, 0.75, 1.0):
            report(fraction, "")
        return "done"

    recorder = Recorder()
    first = Step("unpacked, too", 1, lambda: False, work, size=100, brought_at=0.5, after_s=20.0)
    run_steps([first, Step("only fetched", 1, lambda: False, work, size=400)], recorder)
    told = [(amount.done, amount.more_s) for amount in recorder.amounts]
    first_told = [(0, 20.0), (0, 20.0), (50, 20.0), (100, 20.0), (100, 10.0), (100, 0.0)]
    assert told == [*first_told, (100, 0.0), (100, 0.0), (200, 0.0), (300, 0.0), (400, 0.0), (500, 0.0)]
    assert {amount.total for amount in recorder.amounts} == {500}


def test_a_terminal_is_drawn_over_and_a_log_gets_whole_lines() -> None:
    terminal, log = Terminal(), io.StringIO()
    for stream in (terminal, log):
        run_steps([step("one", 1, reports=tuple(n / 100 for n in range(100)))], TerminalDisplay(stream))
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().count("\r") > 100
    assert "\r" not in log.getvalue()
    assert 2 <= log.getvalue().count("\n") <= 5


def test_a_long_detail_stays_on_one_line() -> None:
    terminal = Terminal()
    TerminalDisplay(terminal).progress(0.5, "title", "x" * 1000, Amount(1, 2))
    assert len(terminal.getvalue()) < 120
