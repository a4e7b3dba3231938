/** Readers for the kinds of tools that hosts have: a host's table is made of these. */
import { defined } from '../../kernel/defined.js';
import type { Action } from '../types.js';
import type { CallReading, HostTools, Params, ToolReader } from './host-tools.js';
import type { Snapshot } from '../../workspace/types.js';

const NOTHING: CallReading = { kind: 'acts', actions: [] };

const harmless: ToolReader = () => NOTHING;

/** A host's table. @param quiet tools that neither touch files nor send anything */
export function hostTools(readers: Readonly<Record<string, ToolReader>>, quiet: string): HostTools {
  const names = quiet.trim().split(/\s+/);
  return new Map([...Object.entries(readers), ...names.map((name) => [name, harmless] as const)]);
}

export function text(params: Params, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
}

export function acts(...actions: readonly Action[]): CallReading {
  return { kind: 'acts', actions };
}

export function lacks(what: string): CallReading {
  return { kind: 'unreadable', why: `the call has no ${what}` };
}

/** Without the parameter the host reads nothing in particular. */
export function reads(name: string): ToolReader {
  return (params) => {
    const path = text(params, name) ?? '';
    return path === '' ? NOTHING : acts({ kind: 'read', path });
  };
}

/** The agent is shown the file, or `limit` lines of it from line `offset`. */
export function readsFile(name: string): ToolReader {
  return (params) => {
    const path = text(params, name) ?? '';
    if (path === '') return NOTHING;
    const from = wholeNumber(params['offset']) ?? 1;
    const to = from - 1 + (wholeNumber(params['limit']) ?? Number.MAX_SAFE_INTEGER - from);
    return acts({ kind: 'read', path, lines: { from, to } });
  };
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

export function writes(pathName: string): ToolReader {
  return (params, { snapshot }) => {
    const [path, content] = [text(params, pathName), text(params, 'content')];
    if (path === undefined) return lacks(pathName);
    if (content === undefined) return lacks('content');
    return acts({ kind: snapshot.files.has(path) ? 'edit' : 'write', path, content, whole: true });
  };
}

/** If the old text does not occur, the host refuses; the path is judged anyway. */
export function edits(
  pathName: string,
  names: {
    readonly list: string;
    readonly from: string;
    readonly to: string;
    readonly all: string;
  },
): ToolReader {
  return (params, { snapshot }) => {
    const path = text(params, pathName);
    if (path === undefined) return lacks(pathName);
    const listed = params[names.list];
    const steps = (Array.isArray(listed) ? listed : [params]).map((step) => step as Params);
    const content = editedText(
      snapshot,
      path,
      steps.map((step) => ({
        from: text(step, names.from) ?? '',
        to: text(step, names.to) ?? '',
        all: step[names.all] === true,
      })),
    );
    return acts(content === undefined ? { kind: 'edit', path } : { kind: 'edit', path, content });
  };
}

export function runs(names: { readonly folder?: string; readonly env?: string }): ToolReader {
  return (params, { cwd }) => {
    const command = text(params, 'command');
    if (command === undefined) return lacks('command');
    const folder = (names.folder === undefined ? undefined : text(params, names.folder)) ?? cwd;
    const env = names.env === undefined ? undefined : environmentIn(params[names.env]);
    return acts(defined({ kind: 'exec', command, cwd: folder, env }));
  };
}

function environmentIn(value: unknown): Readonly<Record<string, string>> | undefined {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, word]) => [name, String(word)]))
    : undefined;
}

export function spawns(names: {
  readonly task: string;
  readonly target: string;
  readonly seconds?: string;
}): ToolReader {
  return (params) => {
    const task = text(params, names.task);
    const seconds = names.seconds === undefined ? undefined : params[names.seconds];
    return task === undefined
      ? lacks(names.task)
      : defined({
          kind: 'spawns',
          task,
          target: text(params, names.target) ?? '',
          declaredMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined,
        });
  };
}

/** `to`: what the list of destinations is asked about. */
export function sends(
  to: (params: Params) => string | undefined,
  body: readonly string[] = [],
): ToolReader {
  return (params) => {
    const target = to(params);
    return target === undefined
      ? lacks('destination')
      : acts({
          kind: 'send',
          to: target,
          content: body.map((name) => text(params, name) ?? '').join('\n'),
        });
  };
}

export function fetchesWeb(...body: readonly string[]): ToolReader {
  return sends((params) => text(params, 'url'), body);
}

/** The question leaves the machine, but has no particular recipient. */
export const searchesWeb: ToolReader = sends(
  (params) => (text(params, 'query') === undefined ? undefined : 'search:web'),
  ['query'],
);

export type Replacement = { readonly from: string; readonly to: string; readonly all: boolean };

/** `undefined`: the file or an old text is missing, so the tool itself fails. */
export function editedText(
  snapshot: Snapshot,
  path: string,
  steps: readonly Replacement[],
): string | undefined {
  let content = namedText(snapshot, path);
  for (const { from, to, all } of steps) {
    if (content === undefined) return undefined;
    if (from === '' && content === '') content = to;
    else if (from === '' || !content.includes(from)) return undefined;
    else content = all ? content.split(from).join(to) : content.replace(from, () => to);
  }
  return content;
}

/** Only to compute the result of an edit; the guard judges the path itself. */
export function namedText(snapshot: Snapshot, path: string): string | undefined {
  return snapshot.text(
    path.startsWith(`${snapshot.root}/`)
      ? path.slice(snapshot.root.length + 1)
      : path.replace(/^(?:\.\/)+/, ''),
  );
}
