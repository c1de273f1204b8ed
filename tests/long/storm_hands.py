# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to a job from outside: signals, its files, its disk, the clock, another Blender that is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.long.storm_ground import mount
from tests.long.storm_scene import Scene

DOOMED = Path(__file__).parents[1] / "fakes" / "doomed_host.py"
HOUR = 3600.0


def suspend(scene: Scene, job: str) -> None:
    group = scene.worker_group_or_none()
    if group is not None:
        os.killpg(group, signal.SIGSTOP)


def go_on(scene: Scene, job: str) -> None:
    group = scene.worker_group_or_none()
    if group is not None:
        os.killpg(group, signal.SIGCONT)


def cancel(scene: Scene, job: str) -> None:
    scene.generator.cancel(job)


def suspend_and_cancel(scene: Scene, job: str) -> None:
    suspend(scene, job)
    cancel(scene, job)


def suspend_idle_worker(scene: Scene, job: str) -> None:
    os.killpg(scene.warm(), signal.SIGSTOP)


def kill_idle_worker(scene: Scene, job: str) -> None:
    os.killpg(scene.warm(), signal.SIGKILL)


def delete_folder(scene: Scene, job: str) -> None:
    shutil.rmtree(job_folder(scene, job), ignore_errors=True)


def make_folder_read_only(scene: Scene, job: str) -> None:
    folder = str(job_folder(scene, job))
    if mount(["--bind", folder, folder]) and mount(["-o", "remount,ro,bind", folder]):
        scene.after.append(lambda: subprocess.run(["umount", "-l", folder], check=False))


def put_file_for_folder(scene: Scene, job: str) -> None:
    scene.generator.tick()
    jobs, away = scene.storage.jobs, scene.ground.folder / "jobs-away"
    jobs.mkdir(exist_ok=True)
    shutil.move(jobs, away)
    jobs.write_text("not a folder")
    scene.after += [jobs.unlink, lambda: shutil.move(away, jobs)]


def put_folder_for_log(scene: Scene, job: str) -> None:
    log = scene.storage.worker_log.path
    log.unlink(missing_ok=True)
    log.mkdir(parents=True)
    scene.after.append(log.rmdir)


def fill_disk_beforehand(scene: Scene, job: str) -> None:
    """With a worker that is there: how long one takes to start is not the disk's fault."""
    scene.warm()
    fill_disk(scene, job)


def fill_disk(scene: Scene, job: str) -> None:
    ballast = scene.ground.root / "ballast"
    try:
        with ballast.open("wb") as file:
            while scene.ground.own_disk:
                file.write(b"\0" * (1 << 16))
                file.flush()
    except OSError:
        pass
    scene.after.append(ballast.unlink)


def put_clock_forward(scene: Scene, job: str) -> None:
    scene.clock.ahead += HOUR


def put_clock_back(scene: Scene, job: str) -> None:
    scene.clock.ahead -= HOUR


def kill_a_blender(scene: Scene, job: str) -> None:
    kill_host(scene, ())


def kill_a_blender_with_suspended_worker(scene: Scene, job: str) -> None:
    kill_host(scene, ("--suspend",))


def kill_host(scene: Scene, options: tuple[str, ...]) -> None:
    """Another Blender on the same storage, killed in the middle of a job; who cleans up are its worker and we."""
    ground = scene.ground
    words = [str(ground.root), str(ground.photo("disc", "", 0)), str(ground.model), sys.executable, *options]
    doomed = subprocess.Popen([sys.executable, str(DOOMED), *words], stdout=subprocess.PIPE)
    assert doomed.stdout is not None
    with doomed.stdout:
        doomed.stdout.readline()
        doomed.kill()
        doomed.wait()


def job_folder(scene: Scene, job: str) -> Path:
    """Where its files go."""
    running = scene.generator._jobs[job]
    assert running.folder is not None, "it has begun"
    return running.folder


def stamp_or_none(scene: Scene, name: str) -> float | None:
    """When the man in the middle did something to a job."""
    try:
        return float((scene.ground.stamps / name).read_text())
    except FileNotFoundError:
        return None


def plan_start(scene: Scene, bend: str) -> None:
    """The next worker begins like that."""
    scene.end_worker()
    (scene.ground.stamps / "started").unlink(missing_ok=True)
    (scene.ground.stamps / "start").write_text(bend)


def wait(seconds: float) -> None:
    """Nothing happens."""
    time.sleep(seconds)
