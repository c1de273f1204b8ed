// SPDX-License-Identifier: GPL-3.0-or-later
// node compile.mjs JOB_TYPE.js < job.json > tasks.json: what Flamenco's manager does with a job type, but stricter.
//
// Written from Flamenco's manual and its OpenAPI: what it would pass over in silence (a setting that nobody knows, a
// number where a text belongs, a dependency in a circle, a task that is changed after it was added) is an error here.

import { readFileSync } from "node:fs";
import vm from "node:vm";

const TYPES = { string: "string", bool: "boolean", int32: "number", float: "number" };
const SUBTYPES = ["file_path", "dir_path", "file_name", "hashed_file_path"];
const SHOWN = ["visible", "hidden", "submission", "web"];
const SETTING = ["key", "type", "subtype", "choices", "propargs", "description", "label", "default", "eval", "evalInfo",
                 "visible", "required", "editable"];
const COMMANDS = { // of Flamenco's worker, with the kinds of their parameters
    "blender-render": { exe: "string", exeArgs: "string", argsBefore: "strings", blendfile: "string", args: "strings" },
    "exec": { exe: "string", args: "strings" },
    "make-directory": { path: "string" },
    "move-directory": { src: "string", dest: "string" },
    "copy-file": { src: "string", dest: "string" },
    "echo": { message: "string" },
};
const TASK_TYPES = ["blender", "ffmpeg", "file-management", "misc"]; // that workers take as they are installed

function check(holds, words) {
    if (!holds) {
        throw new Error(words);
    }
}

function onlyKeys(thing, known, where) {
    Object.keys(thing).forEach((key) => check(known.includes(key), `${where}: nobody knows ${key}`));
}

function checkJobType(jobType) {
    onlyKeys(jobType, ["label", "description", "settings"], "JOB_TYPE");
    check(typeof jobType.label === "string" && jobType.label, "JOB_TYPE has no label");
    const keys = jobType.settings.map((setting) => setting.key);
    check(new Set(keys).size === keys.length, "a setting is there twice");
    jobType.settings.forEach(checkSetting);
}

function checkSetting(setting) {
    const where = `setting ${setting.key}`;
    onlyKeys(setting, SETTING, where);
    check(/^[a-z][a-z0-9_]*$/.test(setting.key), `${where}: no name of a property`);
    check(setting.type in TYPES, `${where}: no type ${setting.type}`);
    check(setting.subtype === undefined || SUBTYPES.includes(setting.subtype), `${where}: no subtype ${setting.subtype}`);
    check(setting.visible === undefined || SHOWN.includes(setting.visible), `${where}: no visibility ${setting.visible}`);
    check(setting.default === undefined || typeof setting.default === TYPES[setting.type], `${where}: default's type`);
    check(!setting.choices || (setting.type === "string" && setting.choices.includes(setting.default)), `${where}: choices`);
    check(typeof setting.description === "string" && !setting.description.endsWith("."), `${where}: description`);
    check(setting.editable !== false || setting.eval !== undefined, `${where}: nobody could ever give it a value`);
}

// What the add-on or the REST interface sends: each setting, of its type; those that are left out have their defaults.
function settingsOf(jobType, given) {
    onlyKeys(given, jobType.settings.map((setting) => setting.key), "settings");
    const settings = {};
    for (const setting of jobType.settings) {
        const value = given[setting.key] === undefined ? setting.default : given[setting.key];
        check(value !== undefined || !setting.required, `setting ${setting.key} is required`);
        if (value !== undefined) {
            check(typeof value === TYPES[setting.type], `setting ${setting.key} is no ${setting.type}`);
            check(!setting.choices || setting.choices.includes(value), `setting ${setting.key} is none of its choices`);
            settings[setting.key] = value;
        }
    }
    return settings;
}

class Task {
    constructor(name, type) {
        check(typeof name === "string" && name.trim(), "author.Task: name is required");
        check(TASK_TYPES.includes(type), `author.Task: no worker takes ${type}`);
        Object.assign(this, { name, type, commands: [], dependencies: [], added: false });
    }
    addCommand(command) {
        check(!this.added, `${this.name}: a command after it was added to the job is lost`);
        check(command instanceof Command, `${this.name}: that is no command`);
        this.commands.push(command);
    }
    addDependency(other) {
        check(!this.added, `${this.name}: a dependency after it was added to the job is lost`);
        check(other instanceof Task && other !== this, `${this.name}: that is no other task`);
        this.dependencies.push(other);
    }
}

class Command {
    constructor(name, parameters) {
        check(name in COMMANDS, `no worker knows the command ${name}`);
        const kinds = COMMANDS[name];
        onlyKeys(parameters, Object.keys(kinds), `command ${name}`);
        for (const key of Object.keys(kinds)) {
            const value = parameters[key], texts = Array.isArray(value) ? value : [value];
            check(Array.isArray(value) === (kinds[key] === "strings"), `command ${name}: ${key} is of another kind`);
            check(texts.every((text) => typeof text === "string"), `command ${name}: ${key} is no text`);
        }
        Object.assign(this, { name, parameters });
    }
}

function checkOrder(tasks) {
    const names = tasks.map((task) => task.name), done = new Set();
    check(tasks.length > 0 && new Set(names).size === names.length, "no task, or two of the same name");
    tasks.forEach((task) => task.dependencies.forEach((other) => check(other.added, `${other.name} is not in the job`)));
    for (let before = -1; before !== done.size;) {
        before = done.size;
        tasks.filter((task) => task.dependencies.every((other) => done.has(other))).forEach((task) => done.add(task));
    }
    check(done.size === tasks.length, "tasks wait for each other in a circle");
}

const join = (...parts) => {
    const back = parts[0].includes("\\") && !parts[0].includes("/");
    return parts.map((part) => part.replace(/[\\/]+$/, "")).join(back ? "\\" : "/");
};
const job = JSON.parse(readFileSync(0, "utf8"));
const tasks = [];
const given = { name: job.name, priority: 50, created: new Date(0), settings: {}, addTask(task) {
    check(task instanceof Task && !task.added && task.commands.length > 0, "addTask: no task, or one without a command");
    task.added = true;
    tasks.push(task);
} };
const room = vm.createContext({
    job: given, print() {}, alert() {}, path: { join },
    author: { Task: (name, type) => new Task(name, type), Command: (name, parameters) => new Command(name, parameters) },
});
new vm.Script(`"use strict";\n${readFileSync(process.argv[2], "utf8")}`).runInContext(room);
const jobType = vm.runInContext("JSON.parse(JSON.stringify(JOB_TYPE))", room);
checkJobType(jobType);
given.settings = settingsOf(jobType, job.settings);
vm.runInContext("compileJob(job)", room);
checkOrder(tasks);
process.stdout.write(JSON.stringify({ job_type: jobType, tasks: tasks.map((task) => ({
    name: task.name, type: task.type, commands: task.commands, after: task.dependencies.map((other) => other.name),
})) }));
