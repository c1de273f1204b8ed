// SPDX-License-Identifier: GPL-3.0-or-later
// A job type for Flamenco 3.5 or later: a folder of pictures, as meshes. See README.md beside this file.
//
// shard-1-of-N … shard-N-of-N    each makes its part of the pictures, into files of their own
// look-again                     makes what is still missing, on whichever worker comes
// merge                          the catalogue, what is missing, and one .blend of all
//
// Flamenco gives up a job once a tenth of its tasks have failed, and never starts a task behind a failed one. So no task
// fails because of single pictures (--forgive); the catalogue and the log of the merge name them.

const MOST_SHARDS = 1000;
const ONE_BLEND = "one .blend";
// Options that the job itself gives, or that don't go with a shard of a folder: refused among More Options.
const TAKEN = ["-o", "--output", "--format", "--mask", "--asset", "--engine", "--shard", "--merge", "--into", "--forgive",
               "--only-new", "--recursive", "--help", "-h"];
const FORMATS = { "one .blend": "blend", "a .blend each": "blend", "a .glb each": "glb", "a .fbx each": "fbx",
                  "a .obj each": "obj", "a .ply each": "ply" };

const JOB_TYPE = {
    label: "TripoSR: Folder of Pictures",
    description: "Make a coloured mesh of each picture in a folder",
    settings: [
        { key: "pictures", type: "string", subtype: "dir_path", required: true, visible: "submission",
          description: "The folder with the pictures. All workers must be able to reach it" },
        { key: "output", type: "string", subtype: "dir_path", required: true, visible: "submission",
          description: "The folder for meshes and catalogue. All workers must be able to write there" },
        { key: "result", type: "string", required: true, choices: Object.keys(FORMATS), default: ONE_BLEND,
          description: "One .blend with all meshes in a grid, or a file for each picture" },
        { key: "recursive", type: "bool", default: true, label: "Folders Within",
          description: "Take the pictures of the folders within, too" },
        { key: "shards", type: "int32", required: true, default: 8, propargs: { min: 1, max: MOST_SHARDS },
          description: "Tasks to cut the folder into. Two or three for each worker; each starts Blender once" },
        { key: "resolution", type: "int32", default: 128, propargs: { min: 32, max: 512 },
          description: "Detail of the meshes: points along each side of the grid" },
        { key: "height", type: "float", default: 1.0, propargs: { min: 0.001, soft_max: 10.0 },
          description: "Height of the objects in metres" },
        { key: "model", type: "string", default: "",
          description: "Name of an installed model, or its folder. Empty: the built-in preview" },
        { key: "more_options", type: "string", default: "",
          description: "Any other option of the command, as in a shell: --smoothing 5 --background flat" },
        { key: "look_again", type: "bool", default: true,
          description: "Before the merge, make on one more worker what could not be made" },

        // Blender writes paths relative to the open file (//photos); the workers have another one open, or none.
        { key: "pictures_path", type: "string", visible: "web", eval: "str(abspath(settings.pictures))",
          label: "Pictures", description: "The folder with the pictures, as an absolute path" },
        { key: "output_path", type: "string", visible: "web", eval: "str(abspath(settings.output))",
          label: "Output", description: "The folder for the meshes, as an absolute path" },
    ]
};

function compileJob(job) {
    const wish = wishOf(job);
    const shards = [];
    for (let number = 1; number <= wish.shards; number++) {
        shards.push(task(`shard-${number}-of-${wish.shards}`, makes(wish, `${number}/${wish.shards}`)));
    }
    const again = wish.lookAgain ? [task("look-again", makes(wish, "1/1"))] : [];
    const merge = task("merge", merges(wish));
    again.forEach(after(shards));
    after(again.length > 0 ? again : shards)(merge);
    // Only now: Flamenco takes a copy of each task as it is when it is added.
    shards.concat(again, [merge]).forEach((each) => { job.addTask(each); });
}

// What is asked for, checked: a wrong job is refused when it is submitted, not in the night.
function wishOf(job) {
    const settings = job.settings;
    const pictures = folder(settings.pictures_path || settings.pictures, "pictures");
    const output = folder(settings.output_path || settings.output, "output");
    const shards = Number(settings.shards);
    if (!(shards >= 1 && shards <= MOST_SHARDS && shards === Math.floor(shards))) {
        throw new Error(`shards: ${settings.shards} is no whole number from 1 to ${MOST_SHARDS}`);
    }
    const result = settings.result || ONE_BLEND;
    if (!Object.prototype.hasOwnProperty.call(FORMATS, result)) {
        throw new Error(`result: ${result} is none of ${Object.keys(FORMATS).join(", ")}`);
    }
    return {
        source: [pictures].concat(settings.recursive === false ? [] : ["--recursive"]),
        meshes: ["-o", path.join(output, "meshes"), "--format", FORMATS[result]],
        into: result === ONE_BLEND ? ["--into", path.join(output, `${fileName(job.name)}.blend`)] : [],
        how: howOf(settings),
        shards: shards,
        lookAgain: settings.look_again !== false,
    };
}

function folder(text, key) {
    if (!text || !String(text).trim()) {
        throw new Error(`${key}: no folder is chosen`);
    }
    return String(text);
}

function howOf(settings) {
    const height = Number(Number(settings.height || 1).toPrecision(6)); // Blender's 0.3 comes as 0.30000001192092896
    const how = ["--resolution", String(settings.resolution || 128), "--height", String(height)];
    return how.concat(settings.model ? ["--model", String(settings.model)] : [], moreOptions(settings.more_options || ""));
}

function moreOptions(text) {
    const found = words(text);
    found.forEach((word) => {
        const taken = TAKEN.find((option) => isMeant(option, word));
        if (taken) {
            throw new Error(`more_options: ${word} can't stand there; ${taken} is the job's own, or no option of this job`);
        }
    });
    return found;
}

// The command also knows --format as --form and -o out as -oout.
function isMeant(option, word) {
    const name = word.split("=")[0];
    return option.startsWith("--") ? name.length > 2 && option.startsWith(name) : word.startsWith(option);
}

function makes(wish, shard) {
    return wish.source.concat(wish.meshes, wish.how, ["--only-new", "--forgive", "--shard", shard]);
}

function merges(wish) {
    return wish.source.concat(wish.meshes, wish.into, ["--forgive", "--merge"]);
}

// A task of the type "blender" with one command. No .blend is opened: the command makes an empty file itself.
function task(name, options) {
    const made = author.Task(name, "blender");
    made.addCommand(author.Command("blender-render", {
        exe: "{blender}",
        exeArgs: "{blenderArgs}",
        argsBefore: [],
        blendfile: "",
        args: ["--background", "--command", "triposr"].concat(options),
    }));
    return made;
}

function after(others) {
    return (each) => { others.forEach((other) => { each.addDependency(other); }); };
}

// As a shell would cut them, with "double quotes" and 'single quotes', but for backslashes: Windows has them in paths.
function words(text) {
    const found = [];
    const word = /\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)/g;
    const rest = text.replace(word, (all, one) => {
        found.push(one.replace(/"([^"]*)"|'([^']*)'/g, (quoted, double, single) => {
            return double === undefined ? single : double;
        }));
        return "";
    });
    if (rest.trim()) {
        throw new Error(`more_options: a quotation mark is not closed in ${text}`);
    }
    return found;
}

// A job's name as a file's: without what Windows does not allow.
function fileName(text) {
    const name = String(text || "").replace(/[<>:"\/\\|?*\u0000-\u001f]/g, "_").replace(/[. ]+$/, "").trim();
    return name || "library";
}
