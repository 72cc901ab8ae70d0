// GitHub's own parser: prints what it finds in the workflows given.
import { register } from 'node:module';
import { readFileSync } from 'node:fs';

// The parser imports JSON the way that only bundlers take: without saying that it is JSON.
register(`data:text/javascript,${encodeURIComponent(`
  export const load = (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context);
`)}`);
const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } =
  await import('@actions/workflow-parser');

for (const name of process.argv.slice(2)) {
  const file = { name, content: readFileSync(name, 'utf8') };
  const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
  const template = value && (await convertWorkflowTemplate(context, value));
  const errors = [...context.errors.getErrors(), ...(template?.errors ?? [])];
  for (const error of errors) console.log(error.Message ?? error.message);
  if (errors.length || !template.jobs.length) process.exitCode = 1;
}
