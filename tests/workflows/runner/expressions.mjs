// GitHub's own expressions, over plain values.
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Evaluator, Lexer, Parser, data } from '@actions/expressions';

const EXPRESSION = /\$\{\{(.*?)\}\}/gs;
const WHOLE = /^\s*\$\{\{((?:(?!\$\{\{).)*)\}\}\s*$/s;
const SAYS_STATUS = /\b(success|failure|always|cancelled)\s*\(/;
const FALSE = [false, 0, '', null];

/** Every expression in a value, however deep; one that is a whole string keeps its own kind. */
export function resolve(value, contexts, state) {
  if (Array.isArray(value)) return value.map((each) => resolve(each, contexts, state));
  if (value && typeof value === 'object') return mapped(value, (each) => resolve(each, contexts, state));
  if (typeof value !== 'string') return value;
  const whole = value.match(WHOLE);
  if (whole) return plain(evaluate(whole[1], contexts, state));
  return value.replace(EXPRESSION, (_, text) => evaluate(text, contexts, state).coerceString());
}

/** As text, which `run:` and `env:` become. */
export const written = (value, contexts, state) =>
  String(value).replace(EXPRESSION, (_, text) => evaluate(text, contexts, state).coerceString());

/** Of an `if:`, which means `success() &&` unless it says otherwise. */
export function holds(condition, contexts, state) {
  const text = String(condition ?? 'success()').replace(WHOLE, '$1');
  const full = SAYS_STATUS.test(text) ? text : `success() && (${text})`;
  return !FALSE.includes(plain(evaluate(full, contexts, state)));
}

export const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));

/** `state`: what has become of the steps or jobs before, and the folder of hashFiles. */
function evaluate(text, contexts, state) {
  const functions = functionsIn(state);
  const { tokens } = new Lexer(text).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), [...functions.values()]).parse();
  return new Evaluator(parsed, toData(contexts), functions).evaluate();
}

function functionsIn({ failed = false, complete = !failed, folder }) {
  const answers = {
    success: () => new data.BooleanData(complete),
    failure: () => new data.BooleanData(failed),
    always: () => new data.BooleanData(true),
    cancelled: () => new data.BooleanData(false),
    hashFiles: (...patterns) => new data.StringData(hashOf(folder, patterns.map(plain))),
  };
  return new Map(Object.entries(answers).map(([name, call]) =>
    [name.toLowerCase(), { name, minArgs: 0, maxArgs: 255, call }]));
}

function hashOf(folder, patterns) {
  const files = globSync(patterns, { cwd: folder }).sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(folder, file)));
  return files.length ? hash.digest('hex') : '';
}

function toData(value) {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  return new data.Dictionary(...Object.entries(value).map(([key, each]) => ({ key, value: toData(each) })));
}

const plain = (value) => JSON.parse(JSON.stringify(value, data.replacer));
