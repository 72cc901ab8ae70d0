// What stands in for each action: what it must be given, what it may, and what it does.
// It answers with outputs, or throws. A step whose action is not here, or knows no such input, fails.
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const nothing = () => ({});

const SHIMS = {
  'actions/checkout': { may: ['persist-credentials', 'fetch-depth', 'ref'], does: checkout },
  'actions/upload-artifact': {
    must: ['path'], may: ['name', 'retention-days', 'if-no-files-found'], does: upload,
  },
  'actions/download-artifact': { must: ['name'], may: ['path'], does: download },
  'astral-sh/setup-uv': { may: ['version', 'enable-cache', 'python-version'], does: setUpUv },
  'aquasecurity/trivy-action': {
    may: [
      'scan-type', 'scan-ref', 'scanners', 'image-ref', 'format', 'output', 'severity', 'exit-code',
      'ignore-unfixed',
    ],
    does: scan,
  },
  'docker/build-push-action': {
    must: ['context'],
    may: [
      'file', 'load', 'push', 'tags', 'labels', 'outputs', 'provenance', 'cache-from', 'cache-to',
    ],
    does: build,
  },
  'docker/login-action': { must: ['username', 'password'], may: ['registry'], does: nothing },
  'docker/setup-buildx-action': { does: nothing },
  'sigstore/cosign-installer': { may: ['cosign-release'], does: nothing },
};

/** Outputs of the action that a step `uses`, given its inputs. */
export async function act(step, inputs, machine, job) {
  const name = step.uses.split('@')[0];
  const shim = SHIMS[name];
  if (!shim) throw new Error(`no shim for ${name}`);
  const { must = [], may = [], does } = shim;
  const missing = must.filter((each) => !String(inputs[each] ?? ''));
  if (missing.length) throw new Error(`${name} lacks ${missing}`);
  const unknown = Object.keys(inputs).filter((each) => ![...must, ...may].includes(each));
  if (unknown.length) throw new Error(`${name} does not know ${unknown}`);
  return (await does(inputs, machine, job)) ?? {};
}

/** As the real one: a shallow fetch of that commit, from where the repository says that it is. */
async function checkout(inputs, machine, { github }) {
  const depth = Number(inputs['fetch-depth'] ?? 1);
  const branch = github.ref.match(/^refs\/heads\/(.+)$/)?.[1];
  const what = inputs.ref || github.sha;
  await git(machine, 'init', '--quiet');
  await git(machine, 'remote', 'add', 'origin', `${github.server_url}/${github.repository}`);
  await git(machine, 'fetch', '--quiet', '--no-tags', ...(depth ? [`--depth=${depth}`] : []), 'origin', what);
  await git(machine, 'checkout', '--quiet', ...(branch && !inputs.ref ? ['-B', branch] : ['--detach']), 'FETCH_HEAD');
}

const git = (machine, ...words) => must(machine, 'git', ...words);

async function must(machine, ...command) {
  const { status, output } = await machine.run(command, { seconds: 600 });
  if (status) throw new Error(`${command.join(' ')}: ${output}`);
}

/** Of files in one folder; they come out side by side, as from the real one. */
async function upload(inputs, machine, { artifacts }) {
  const paths = inputs.path.split('\n').filter(Boolean);
  const missing = paths.filter((path) => !existsSync(join(machine.work, path)) && !existsSync(path));
  if (missing.length) throw new Error(`no file ${missing}`);
  const kept = join(artifacts, inputs.name ?? 'artifact');
  await must(machine, 'mkdir', kept); // one of that name fails, as there
  await must(machine, 'cp', '-r', ...paths.map((path) => path.replace(/\/$/, '/.')), kept);
}

async function download(inputs, machine, { artifacts }) {
  const path = inputs.path ?? '.';
  await must(machine, 'mkdir', '-p', path);
  await must(machine, 'cp', '-r', `${artifacts}/${inputs.name}/.`, path);
}

function setUpUv(_, machine, { provided }) {
  for (const [name, path] of Object.entries(provided)) symlinkSync(path, join(machine.bin, name));
}

function scan(inputs, machine) {
  if (inputs.output) writeFileSync(join(machine.work, inputs.output), '{}\n');
}

/** Docker itself builds in tests/containers. */
function build(inputs, machine) {
  const context = join(machine.work, inputs.context);
  const file = join(context, inputs.file ?? 'Dockerfile');
  if (!existsSync(file) || !statSync(file).isFile()) throw new Error(`no ${file}`);
  return { digest: DIGEST };
}
