// A job's machine: its own home, workspace and few programs, on this one.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES = ['ENV', 'OUTPUT', 'PATH', 'STEP_SUMMARY'];

export class Machine {
  /** With `tools`, its programs by name, and nothing else on its PATH. */
  constructor(parent, tools, environment) {
    this.folder = mkdtempSync(join(parent, 'job-'));
    for (const name of ['bin', 'home', 'temp', 'work']) {
      this[name] = join(this.folder, name);
      mkdirSync(this[name]);
    }
    for (const [name, path] of Object.entries(tools)) symlinkSync(path, join(this.bin, name));
    this.path = [this.bin];
    this.given = environment;
    this.started = [];
  }

  /** Run a command to its end, or to that of its time: how it ended, all it said, what it left in
   * GITHUB_ENV and its like. */
  async run(command, { folder = this.work, environment, seconds }) {
    const left = Object.fromEntries(FILES.map((name) => [name, join(this.temp, name)]));
    for (const file of Object.values(left)) writeFileSync(file, '');
    const own = Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, left[name]]));
    const status = await this.#end(command, folder, { ...this.#environment(), ...environment, ...own }, seconds);
    const [env, outputs] = [left.ENV, left.OUTPUT].map(readPairs);
    this.path.unshift(...readFileSync(left.PATH, 'utf8').split('\n').filter(Boolean).reverse());
    const summary = readFileSync(left.STEP_SUMMARY, 'utf8');
    return { status, output: readFileSync(join(this.temp, 'said'), 'utf8'), env, outputs, summary };
  }

  #environment() {
    return {
      ...this.given, HOME: this.home, LANG: 'C.UTF-8', PATH: this.path.join(':'),
      CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: this.work, RUNNER_TEMP: this.temp,
      RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64',
    };
  }

  #end([program, ...words], cwd, env, seconds) {
    const said = openSync(join(this.temp, 'said'), 'w');
    return new Promise((done) => {
      const child = spawn(program, words, { cwd, env, detached: true, stdio: ['ignore', said, said] });
      const late = setTimeout(() => kill(child.pid), seconds * 1000);
      child.on('error', () => done(127));
      child.on('exit', (status) => { clearTimeout(late); closeSync(said); done(status ?? 124); });
      this.started.push(child.pid);
    });
  }

  /** Nothing that a step has started outlives its job. */
  end() {
    this.started.filter(Boolean).forEach(kill);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function kill(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** NAME=value, or NAME<<END, lines, END. */
function readPairs(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const pairs = {};
  while (lines.length) {
    const line = lines.shift();
    const [, name, end] = line.match(/^([^=<]+)<<(.+)$/) ?? [];
    if (name) pairs[name] = lines.splice(0, lines.indexOf(end) + 1).slice(0, -1).join('\n');
    else if (line.includes('=')) pairs[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    else if (line) throw new Error(`neither NAME=value nor NAME<<END: ${line}`);
  }
  return pairs;
}
