// Runs a workflow of a repository here, job after job, as GitHub's runner would.
// A request comes as JSON on stdin (see runner.py); what became of each step goes to stdout.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { holds, mapped, resolve, written } from './expressions.mjs';
import { Machine } from './machine.mjs';
import { act } from './shims.mjs';

// What is not here would be passed over in silence. The second line is GitHub's own to heed.
const OF_JOB = [
  'needs', 'if', 'outputs', 'env', 'defaults', 'steps', 'timeout-minutes', 'strategy', 'uses', 'with', 'secrets',
  'name', 'runs-on', 'permissions', 'environment', 'concurrency',
];
const OF_STEP = [
  'id', 'name', 'if', 'uses', 'run', 'working-directory', 'shell', 'with', 'env', 'continue-on-error',
  'timeout-minutes',
];
// Without a word, a failing command of a pipe is no failure.
const SHELLS = {
  default: ['bash', '-e', '-c'],
  bash: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c'],
  sh: ['sh', '-e', '-c'],
  python: ['python3', '-c'],
};

const request = JSON.parse(readFileSync(0, 'utf8'));
const scratch = mkdtempSync(join(request.folder, 'run-'));
const artifacts = mkdtempSync(join(request.folder, 'artifacts-'));

/** `given`: the event, inputs and secrets that it starts with. */
async function runWorkflow(path, given) {
  const workflow = read(path);
  requireTrigger(workflow, path, given);
  const jobs = {};
  for (const id of inOrder(workflow.jobs)) jobs[id] = await runJob(id, workflow, given, jobs);
  const outputs = mapped(workflow.on?.workflow_call?.outputs ?? {}, ({ value }) =>
    resolve(value, { jobs, inputs: given.inputs }, {}));
  return { result: worst(Object.values(jobs)), jobs, outputs, ...timeOf(Object.values(jobs), true) };
}

function read(path) {
  const text = execFileSync('git', ['show', `${request.sha}:${path}`], { cwd: request.repository, encoding: 'utf8' });
  return parse(text);
}

function requireTrigger(workflow, path, { event_name: name }) {
  const on = [workflow.on].flat().flatMap((each) => (typeof each === 'string' ? each : Object.keys(each)));
  if (!on.includes(name)) throw new Error(`${path} does not start on ${name}`);
}

function inOrder(jobs) {
  const done = [];
  const left = Object.keys(jobs);
  while (left.length) {
    const next = left.findIndex((id) => needsOf(jobs[id]).every((each) => done.includes(each)));
    if (next < 0) throw new Error(`these wait for each other, or for nobody: ${left}`);
    done.push(...left.splice(next, 1));
  }
  return done;
}

const needsOf = (job) => [job.needs ?? []].flat();

async function runJob(id, workflow, given, before) {
  const job = workflow.jobs[id];
  requireKnown(job, OF_JOB, `job ${id}`);
  const needs = Object.fromEntries(needsOf(job).map((each) => [each, before[each]]));
  const told = mapped(needs, ({ result, outputs }) => ({ result, outputs }));
  const contexts = { ...contextsOf(workflow, given, id), needs: told };
  const waited = Math.max(0, ...Object.values(needs).map(({ path_seconds: seconds }) => seconds));
  const [failed, complete] = [
    Object.values(needs).some((each) => each.result === 'failure' || each.after_failure),
    Object.values(needs).every((each) => each.result === 'success'),
  ];
  if (!holds(job.if, contexts, { failed, complete })) {
    return { result: 'skipped', after_failure: failed, steps: [], outputs: {}, seconds: 0, path_seconds: waited };
  }
  const done = job.uses ? await call(job, contexts) : await runMatrix(id, job, workflow, contexts);
  return { ...done, path_seconds: waited + (done.path_seconds ?? done.seconds) };
}

function contextsOf(workflow, given, job) {
  const { sha, ref, event_name, repository_name: repository } = request;
  const github = {
    sha, ref, event_name, repository, job, event: request.event, workflow: workflow.name,
    workflow_ref: `${repository}/${request.workflow}@${ref}`,
    ref_name: ref.replace(/^refs\/[a-z]+\//, ''), ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository_owner: repository.split('/')[0], actor: 'octocat', token: 'of-this-run',
    server_url: 'https://github.com', api_url: 'https://api.github.com',
    run_id: '1', run_number: '1', run_attempt: '1', head_ref: '', base_ref: '',
  };
  const env = texts(workflow.env, { github }, {});
  const secrets = { ...given.secrets, GITHUB_TOKEN: github.token };
  return { github, env, secrets, inputs: given.inputs, vars: request.vars };
}

/** A workflow of the same repository: `./` and `$/` are its top. */
async function call(job, contexts) {
  const [, path] = job.uses.match(/^[.$]\/(\.github\/workflows\/[^@]+)$/) ?? [];
  if (!path) throw new Error(`not of this repository: ${job.uses}`);
  const secrets = job.secrets === 'inherit' ? contexts.secrets : resolve(job.secrets ?? {}, contexts, {});
  return runWorkflow(path, { event_name: 'workflow_call', inputs: resolve(job.with ?? {}, contexts, {}), secrets });
}

async function runMatrix(id, job, workflow, contexts) {
  const done = [];
  for (const matrix of cells(resolve(job.strategy?.matrix ?? {}, contexts, {}))) {
    if (done.some(({ result }) => result === 'failure') && job.strategy['fail-fast'] !== false) break;
    done.push(await runSteps(id, job, workflow, { ...contexts, matrix, strategy: {} }));
  }
  if (done.length === 1) return done[0];
  const outputs = Object.assign({}, ...done.map((each) => each.outputs));
  return { result: worst(done), steps: done.flatMap((each) => each.steps), outputs, ...timeOf(done, false) };
}

/** As GitHub: `include` adds to the cells that it does not contradict, else it is one of its own. */
function cells({ include = [], exclude = [], ...axes }) {
  const fits = (part) => (cell) => Object.entries(part).every(([key, value]) => !(key in axes) || cell[key] === value);
  const product = Object.entries(axes).reduce(
    (found, [key, values]) => found.flatMap((cell) => values.map((value) => ({ ...cell, [key]: value }))), [{}]);
  const kept = product.filter((cell) => !exclude.some((part) => fits(part)(cell)));
  const fresh = include.filter((part) => !kept.some((cell) => Object.keys(axes).length && fits(part)(cell)));
  const extended = kept.map((cell) => Object.assign({}, ...include.filter((part) => fits(part)(cell)), cell));
  return Object.keys(axes).length || !include.length ? [...extended, ...fresh] : include;
}

async function runSteps(id, job, workflow, given) {
  const began = Date.now();
  const machine = new Machine(scratch, request.tools, request.environment);
  const runner = { os: 'Linux', arch: 'X64', temp: machine.temp, tool_cache: machine.temp };
  const github = { ...given.github, workspace: machine.work };
  const contexts = { ...given, github, runner, job: { status: 'success' }, steps: {} };
  const defaults = { ...workflow.defaults?.run, ...job.defaults?.run };
  const until = began + 60_000 * (job['timeout-minutes'] ?? 360);
  const state = { failed: false, folder: machine.work, until };
  contexts.env = { ...given.env, ...texts(job.env, contexts, state) };
  try {
    const steps = [];
    for (const step of job.steps) steps.push(await runStep(step, contexts, state, machine, defaults));
    const outputs = resolve(job.outputs ?? {}, contexts, state);
    return { result: state.failed ? 'failure' : 'success', steps, outputs, seconds: since(began) };
  } finally {
    machine.end();
  }
}

async function runStep(step, contexts, state, machine, defaults) {
  const began = Date.now();
  const done = await attempt(step, contexts, state, machine, defaults);
  const outcome = done.result;
  const result = outcome === 'failure' && step['continue-on-error'] ? 'success' : outcome;
  state.failed ||= result === 'failure';
  contexts.job.status = state.failed ? 'failure' : 'success';
  if (step.id) contexts.steps[step.id] = { outputs: done.outputs ?? {}, outcome, conclusion: result };
  Object.assign(contexts.env, done.env);
  const name = step.name ?? step.uses ?? step.run.split('\n')[0];
  return { name, uses: step.uses, ...done, result, seconds: since(began) };
}

async function attempt(step, given, state, machine, defaults) {
  requireKnown(step, OF_STEP, `step ${step.name ?? step.id ?? ''}`);
  try {
    const env = { ...given.env, ...texts(step.env, given, state) };
    const contexts = { ...given, env };
    if (!holds(step.if, contexts, state)) return { result: 'skipped', output: '' };
    if (step.uses) return await use(step, contexts, state, machine);
    return await runScript(step, contexts, state, machine, defaults);
  } catch (error) { // an expression that is wrong, an action that is unknown
    return { result: 'failure', output: error.message };
  }
}

async function use(step, contexts, state, machine) {
  const inputs = texts(step.with, contexts, state);
  const job = { github: contexts.github, artifacts, provided: request.provided };
  const outputs = await act(step, inputs, machine, job);
  return { result: 'success', with: inputs, outputs, output: '' };
}

async function runScript(step, contexts, state, machine, defaults) {
  const place = { ...defaults, ...step };
  const command = [...SHELLS[place.shell ?? 'default'], written(step.run, contexts, state)];
  const { status, ...left } = await machine.run(command, {
    folder: join(machine.work, written(place['working-directory'] ?? '.', contexts, state)),
    environment: { ...variablesOf(contexts.github), ...contexts.env },
    seconds: Math.min(60 * (step['timeout-minutes'] ?? Infinity), (state.until - Date.now()) / 1000),
  });
  return { result: status ? 'failure' : 'success', status, ...left };
}

const texts = (values, contexts, state) => mapped(values ?? {}, (each) => written(each, contexts, state));

/** GITHUB_SHA and its like; the token is given to nobody who does not ask. */
function variablesOf({ event, token, ...github }) {
  return Object.fromEntries(Object.entries(github).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value]));
}

function requireKnown(object, known, place) {
  const unknown = Object.keys(object).filter((key) => !known.includes(key));
  if (unknown.length) throw new Error(`${place} has ${unknown}, which is not run here`);
}

function worst(done) {
  if (done.some(({ result }) => result === 'failure')) return 'failure';
  return done.length && done.every(({ result }) => result === 'skipped') ? 'skipped' : 'success';
}

/** In all, and along the longest way where each job has a machine of its own. */
function timeOf(done, needs) {
  const seconds = done.reduce((sum, each) => sum + each.seconds, 0);
  return { seconds, path_seconds: Math.max(0, ...done.map((each) => (needs ? each.path_seconds : each.seconds))) };
}

const since = (began) => (Date.now() - began) / 1000;

console.log(JSON.stringify(await runWorkflow(request.workflow, request)));
