// GitHub's own parser: prints what it finds in a repository's workflows, and in those that
// they call: its root first, then their names.
import { register } from 'node:module';
import { readFileSync } from 'node:fs';

// The parser imports JSON the way that only bundlers take: without saying that it is JSON.
register(`data:text/javascript,${encodeURIComponent(`
  export const load = (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context);
`)}`);
const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } =
  await import('@actions/workflow-parser');

const [root, ...names] = process.argv.slice(2);
const read = (name) => ({ name, content: readFileSync(`${root}/${name}`, 'utf8') });
const called = { getFileContent: async ({ path }) => read(path) };

for (const name of names) {
  const { context, value } = parseWorkflow(read(name), new NoOperationTraceWriter());
  const options = { fetchReusableWorkflowDepth: 1 };
  const template = value && (await convertWorkflowTemplate(context, value, called, options));
  const errors = [...context.errors.getErrors(), ...(template?.errors ?? [])];
  for (const error of errors) console.log(error.Message ?? error.message);
  if (errors.length || !template.jobs.length) process.exitCode = 1;
}
