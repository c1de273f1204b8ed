# SPDX-License-Identifier: GPL-3.0-or-later
"""A farm on one computer: the tasks of Flamenco's job type, run with a real Blender as its workers would.

    python tests/outside/flamenco/farm.py --blender blender --pictures photos --output /tmp/out --shards 4 --break-one

Two tasks at a time, in any order that their dependencies allow; a task that fails is tried again, three times in all.
--break-one kills one shard's Blender half-way, once. At the end every picture must be in the catalogue
once. Needs node, for compile.mjs; --blender may have words before it, as `chroot ROOT env HOME=… blender`.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import subprocess
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
JOB_TYPE = HERE.parents[2] / "docs" / "flamenco" / "triposr_folder.js"
TRIES = 3
LONGEST_TASK_SECONDS = 600.0


def compiled(name: str, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The job's tasks; raises CalledProcessError where Flamenco would refuse it. Needs node."""
    job = json.dumps({"name": name, "settings": settings})
    command = ["node", str(HERE / "compile.mjs"), str(JOB_TYPE)]
    answer = subprocess.run(
        command, input=job, capture_output=True, text=True, check=True, timeout=30, encoding="utf-8"
    )
    tasks: list[dict[str, Any]] = json.loads(answer.stdout)["tasks"]
    return tasks


def command_line(command: dict[str, Any], blender: list[str], blender_args: str) -> list[str]:
    """As the worker puts it together: exe, its arguments, the .blend where there is one, arguments."""
    told = command["parameters"]
    before = [*shlex.split(told["exeArgs"].replace("{blenderArgs}", blender_args)), *told["argsBefore"]]
    return [*blender, *before, *([told["blendfile"]] if told["blendfile"] else []), *told["args"]]


@dataclass
class Farm:
    """blender: what stands for {blender}. broken: a task that is killed after its first mesh, once."""

    blender: list[str]
    broken: str = ""
    log: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def run(self, tasks: list[dict[str, Any]], workers: int, chance: random.Random) -> bool:
        """Whether all tasks came to their end."""
        done: set[str] = set()
        tries = {task["name"]: 0 for task in tasks}
        running: dict[Future[bool], str] = {}
        with ThreadPoolExecutor(workers) as pool:
            while len(done) < len(tasks):
                busy = {*running.values(), *done}
                ready = [t for t in tasks if t["name"] not in busy and done.issuperset(t["after"])]
                ready = [task for task in ready if tries[task["name"]] < TRIES]
                chance.shuffle(ready)
                for task in ready[: workers - len(running)]:
                    tries[task["name"]] += 1
                    running[pool.submit(self._do, task)] = task["name"]
                if not running:
                    return False
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    done |= {name} if future.result() else set()
        return True

    def _do(self, task: dict[str, Any]) -> bool:
        for command in task["commands"]:
            started = time.monotonic()
            code = self._run(task["name"], command_line(command, self.blender, "-b -y"))
            self._say(f"{task['name']}: exit code {code} after {time.monotonic() - started:.1f} s")
            if code != 0:
                return False
        return True

    def _run(self, name: str, words: list[str]) -> int:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8")
        limit = threading.Timer(LONGEST_TASK_SECONDS, process.kill)
        limit.start()
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(("missing:", "written:", "failed:", "shard ")) or " made" in line or " there, " in line:
                self._say(f"{name}: {line.rstrip()}")
            if name == self.broken and line.startswith("Saved: '"):
                self.broken = ""
                process.kill()
                self._say(f"{name}: killed on purpose")
        limit.cancel()
        return process.wait()

    def _say(self, text: str) -> None:
        line = f"{time.monotonic() - self.began:6.1f} s  {text}"
        self.log.append(line)
        print(line, flush=True)


def faults(output: Path, ids: set[str]) -> list[str]:
    """What is wrong with the catalogue: every id must be in it once, and each made one's files be there."""
    lines = (output / "meshes" / "catalogue.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    found = [record["id"] for record in records]
    wrong = [f"{name} is there {found.count(name)} times" for name in ids | set(found) if found.count(name) != 1]
    wrong += [f"{name} is no picture" for name in set(found) - ids]
    for record in records:
        if record["status"] == "made" and not (output / "meshes" / record["mesh"]).is_file():
            wrong.append(f"{record['id']}: its file is not there")
    made = sum(record["status"] == "made" for record in records)
    print(f"{made} made, {len(records) - made} failed, of {len(ids)}; {len(wrong)} faults")
    return wrong


def main() -> int:
    """Exit code 0 where every picture is in the catalogue once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blender", default="blender", help="the command that starts Blender")
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="a folder that is not there yet")
    parser.add_argument("--seen-as", type=Path, help="the output's path as Blender sees it, where that is another")
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--break-one", action="store_true", help="kill one shard's Blender after its first mesh")
    told = parser.parse_args()
    pictures = [path for path in told.pictures.rglob("*") if path.is_file()]
    ids = {path.relative_to(told.pictures).with_suffix("").as_posix() for path in pictures}
    settings = {"pictures": str(told.pictures), "output": str(told.seen_as or told.output), "shards": told.shards}
    tasks, chance = compiled("Farm", settings), random.Random(told.seed)  # an order, no secret
    broken = chance.choice([task["name"] for task in tasks if task["name"].startswith("shard-")])
    farm = Farm(shlex.split(told.blender), broken if told.break_one else "")
    over = farm.run(tasks, told.workers, chance)
    wrong = faults(told.output, ids) if over else ["a task failed three times"]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
