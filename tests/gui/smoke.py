# SPDX-License-Identifier: GPL-3.0-or-later
"""Goes through the extension in a real Blender window, with simulated clicks, and takes screenshots.

    python tests/gui/smoke.py --worker-python .../bin/python --pictures OUT

Needs `blender` with a window (4.2 or later), Xvfb and xvfb-run. Not part of pytest: it takes about a minute and a
display. `--root FOLDER` runs Blender in a chroot in which this checkout and the worker's Python stand at the same
paths as outside (bind mounts); Blender then needs no place on this machine. Exit code 0: every check held.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
STORIES = tuple(
    script.stem
    for script in sorted(Path(__file__).parent.glob("*.py"))
    if script != Path(__file__).resolve() and "\nperform(" in script.read_text(encoding="utf-8")
)
ALL = "all"
WITH_NETWORK = ("installing_really",)
"""They fetch PyTorch, which takes minutes: only when asked for by name."""
DEMO_PICTURE = CHECKOUT / "docs" / "images" / "demo_photo.png"
LONGEST_STEP_SECONDS = 120
LONGEST_STORY_SECONDS = {"installing_really": 1500, "library": 900}
"""Of a story; 420 for those that are not named."""
# A new home shows the quick-setup splash and would save preferences at the end.
PREFERENCES = (
    "import bpy; p = bpy.context.preferences; p.view.show_splash = False; p.use_preferences_save = False; "
    "p.view.ui_scale = {scale}; p.view.show_statusbar_memory = False; bpy.ops.wm.save_userpref()"
)


@dataclass(frozen=True)
class Stage:
    """Where Blender runs: a folder of its own, seen as `folder` from outside and `inside` by Blender."""

    folder: Path
    inside: Path
    root: Path | None

    @property
    def log(self) -> Path:
        """What Blender said."""
        return self.folder / "blender.log"

    def blender(self, *arguments: str, display: tuple[int, int] | None = None) -> list[str]:
        """The command that starts Blender there, in a virtual display if one is asked for."""
        home = f"HOME={self.inside / 'home'}"
        prefix = ["chroot", str(self.root)] if self.root else []
        screen = "-screen 0 {}x{}x24 +extension GLX".format(*display) if display else ""
        virtual = ["xvfb-run", "-a", "-s", screen] if display else []
        return [*prefix, "env", home, "LIBGL_ALWAYS_SOFTWARE=1", *virtual, "blender", *arguments]


class SmokeFailed(Exception):
    """A command ended badly; the text holds its last lines."""


def run(command: list[str], limit_seconds: int, log: Path) -> None:
    """Run a command, all its children with it, and keep what it says in `log`. Raises SmokeFailed."""
    with log.open("a") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code: int | None = process.wait(limit_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = None
    if code != 0:
        how = f"ended with {code}" if code is not None else f"had not ended after {limit_seconds} s"
        raise SmokeFailed(f"{' '.join(command)}\n{how}\n{log.read_text()[-3000:]}")


def make_stage(root: Path | None) -> Stage:
    """A new, empty stage."""
    folder = Path(tempfile.mkdtemp(prefix="triposr_gui_", dir=root / "tmp" if root else None))
    (folder / "home").mkdir()
    return Stage(folder, Path("/") / folder.relative_to(root) if root else folder, root)


def install(stage: Stage, scale: float) -> None:
    """Build the zip with Blender's own builder, install and enable it in the stage's new home."""
    zips = stage.inside / "zips"
    (stage.folder / "zips").mkdir()
    preferences = PREFERENCES.format(scale=scale)
    run(stage.blender("-b", "--python-exit-code", "1", "--python-expr", preferences), LONGEST_STEP_SECONDS, stage.log)
    build = ["--command", "extension", "build", "--source-dir", str(CHECKOUT), "--output-dir", str(zips)]
    run(stage.blender("-b", *build), LONGEST_STEP_SECONDS, stage.log)
    name = next((stage.folder / "zips").glob("*.zip")).name
    put = ["--command", "extension", "install-file", "-r", "user_default", "--enable", str(zips / name)]
    run(stage.blender(*put), LONGEST_STEP_SECONDS, stage.log)


def play(stage: Stage, options: argparse.Namespace, name: str) -> dict[str, Any]:
    """Play the story in a window and read what it saw. Raises SmokeFailed."""
    scene = {"image_path": str(options.picture.resolve()), "resolution": options.resolution}
    if options.threshold is not None:
        scene["threshold"] = options.threshold
    if options.model_folder is not None:
        scene |= {"model": "FOLDER", "model_folder": str(options.model_folder.resolve())}
    others = [str(path.resolve()) for path in options.others]
    settings = {"worker_python": str(options.worker_python), "scene": scene, "others": others}
    settings["rembg_home"] = str(options.rembg_home.resolve()) if options.rembg_home else ""
    (stage.folder / "settings.json").write_text(json.dumps(settings))
    size = (options.width, options.height)
    window = ["--enable-event-simulate", "--window-geometry", "0", "0", *map(str, size)]
    story = ["-P", str(CHECKOUT / "tests" / "gui" / f"{name}.py"), "--", str(stage.inside / "settings.json")]
    run(stage.blender(*window, *story, display=size), LONGEST_STORY_SECONDS.get(name, 420), stage.log)
    if not (stage.folder / "result.json").exists():
        raise SmokeFailed(f"Blender left without a result\n{stage.log.read_text()[-3000:]}")
    result: dict[str, Any] = json.loads((stage.folder / "result.json").read_text())
    left = left_behind(stage)
    result["checks"].append({"name": "no worker outlives Blender", "ok": not left, "seen": " ".join(left)})
    return result


def left_behind(stage: Stage) -> list[str]:
    """Processes that outlived Blender: a worker is started from the stage's home (Linux)."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = process.read_text().replace("\0", " ")
        except OSError:  # it ended while we looked
            continue
        if str(stage.inside / "home") in command:
            found.append(command)
    return found


def report(result: dict[str, Any]) -> bool:
    """Print the findings; whether all of them are good."""
    print(f"Blender {result['blender']}")
    for check in result["checks"]:
        print(f"{'ok  ' if check['ok'] else 'FAIL'} {check['name']}  {check['seen']}")
    for name, value in result["figures"].items():
        print(f"     {name} {value:.2f}")
    return all(check["ok"] for check in result["checks"])


def keep(stage: Stage, pictures: Path) -> None:
    """Copy what the story left to `pictures`, then clear the stage."""
    pictures.mkdir(parents=True, exist_ok=True)
    for kind in ("*.png", "*.json", "*.log"):
        for made in stage.folder.glob(kind):
            shutil.copyfile(made, pictures / made.name)
    shutil.rmtree(stage.folder)


def options_from(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker-python", type=Path, required=True, help="Python with the worker's packages")
    parser.add_argument("--pictures", type=Path, required=True, help="folder for screenshots, result and log")
    parser.add_argument("--story", choices=(*STORIES, ALL), default="story", help="what is played in the window")
    parser.add_argument("--root", type=Path, help="chroot that holds Blender")
    parser.add_argument("--picture", type=Path, default=DEMO_PICTURE, help="the picture to reconstruct")
    parser.add_argument("--others", type=Path, nargs="*", default=[], help="two more, for the story of a queue")
    parser.add_argument("--model-folder", type=Path, help="a checkpoint folder instead of the built-in model")
    parser.add_argument("--rembg-home", type=Path, help="folder of cut-out models, for the story of a cut-out")
    parser.add_argument("--threshold", type=float, help="density of the surface")
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--scale", type=float, default=1.0, help="Blender's interface scale")
    return parser.parse_args(arguments)


def perform_one(options: argparse.Namespace, story: str, pictures: Path) -> bool:
    """Stage, install, play, report; whether every check held."""
    stage = make_stage(options.root)
    try:
        install(stage, options.scale)
        return report(play(stage, options, story))
    except SmokeFailed as fault:
        print(fault, file=sys.stderr)
        return False
    finally:
        keep(stage, pictures)


def perform_all(options: argparse.Namespace) -> bool:
    """Each story in a folder of its own; stories.json has what all of them saw."""
    seen: dict[str, Any] = {}
    for story in STORIES:
        if story in WITH_NETWORK:
            continue
        print(f"\n=== {story}", flush=True)
        good = perform_one(options, story, options.pictures / story)
        result = options.pictures / story / "result.json"
        seen[story] = {"ok": good, **(json.loads(result.read_text()) if result.exists() else {})}
        (options.pictures / "stories.json").write_text(json.dumps(seen, indent=1))
    print("\n" + "\n".join(f"{'ok  ' if told['ok'] else 'FAIL'} {story}" for story, told in seen.items()))
    return all(told["ok"] for told in seen.values())


def main(arguments: list[str]) -> int:
    """One story, or all."""
    options = options_from(arguments)
    if options.root and os.geteuid() != 0:
        print("--root needs the rights to chroot", file=sys.stderr)
        return 2
    if options.story == ALL:
        return 0 if perform_all(options) else 1
    return 0 if perform_one(options, options.story, options.pictures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
