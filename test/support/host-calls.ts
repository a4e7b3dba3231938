/** An action in the words of a host's tools, where the host has a tool that can express it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostCall } from '../../src/governance/host-tools/host-tools.js';
import type { Action } from '../../src/governance/types.js';

type Place = { readonly root: string; readonly cwd?: string };

/** Every way in which the host's tools can try it. */
export function hostCalls(host: string, action: Action, place: Place): readonly HostCall[] {
  const calls = (host === 'openclaw' ? openclaw : claude)(action, place);
  return calls.map(([tool, params]) => ({
    host,
    tool,
    params,
    callId: 'call-1',
    ...(place.cwd === undefined ? {} : { cwd: place.cwd }),
  }));
}

type Call = readonly [tool: string, params: Readonly<Record<string, unknown>>];

function openclaw(action: Action, { root, cwd }: Place): readonly Call[] {
  const { kind, path, to, command } = action;
  if (kind === 'exec')
    return command === undefined
      ? []
      : [['exec', { command, ...(cwd === undefined ? {} : { workdir: cwd }) }]];
  if (kind === 'send')
    return [['message', { channel: 'mail', to: to ?? 'x', message: String(action.content ?? '') }]];
  if (path === undefined) return [['write', { content: 'x' }]];
  if (kind === 'read') return [['read', { path }]];
  if (kind === 'delete')
    return oneLine(path)
      ? [['apply_patch', { input: `*** Begin Patch\n*** Delete File: ${path}\n*** End Patch` }]]
      : [];
  if (kind === 'rename')
    return to === undefined
      ? []
      : [
          [
            'apply_patch',
            {
              input: `*** Begin Patch\n*** Update File: ${path}\n*** Move to: ${to}\n@@\n*** End Patch`,
            },
          ],
        ];
  const content = contentOf(root, action);
  if (content === undefined) return [];
  const patch: readonly Call[] =
    kind === 'write' && oneLine(path)
      ? [
          [
            'apply_patch',
            {
              input: `*** Begin Patch\n*** Add File: ${path}\n${content
                .replace(/\n$/, '')
                .split('\n')
                .map((line) => `+${line}`)
                .join('\n')}\n*** End Patch`,
            },
          ],
        ]
      : [];
  return [
    ['write', { path, content }],
    ...patch,
    ...edits(root, action, content).map(
      ([oldText, newText]): Call => ['edit', { path, edits: [{ oldText, newText }] }],
    ),
  ];
}

function claude(action: Action, { root }: Place): readonly Call[] {
  const { kind, path, to, command } = action;
  if (kind === 'exec') return command === undefined ? [] : [['Bash', { command }]];
  if (kind === 'send')
    return [
      [
        'WebFetch',
        { url: `https://example.org/?to=${to ?? ''}`, prompt: String(action.content ?? '') },
      ],
    ];
  if (kind === 'delete' || kind === 'rename') return [];
  if (path === undefined) return [['Write', { content: 'x' }]];
  if (kind === 'read') return [['Read', { file_path: path }]];
  const content = contentOf(root, action);
  if (content === undefined) return [];
  const absolute =
    path.startsWith('/') || path === '' || /^~|^\w+:/.test(path) ? [] : [`${root}/${path}`];
  return [
    ...[path, ...absolute].map((file): Call => ['Write', { file_path: file, content }]),
    ...edits(root, action, content).flatMap(([from, to]): Call[] => [
      ['Edit', { file_path: path, old_string: from, new_string: to }],
      ['MultiEdit', { file_path: path, edits: [{ old_string: from, new_string: to }] }],
    ]),
  ];
}

/** What would stand there, as text; an edit tool and a write tool have no other way to append. */
function contentOf(root: string, { kind, path = '', content }: Action): string | undefined {
  if (content !== undefined && typeof content !== 'string') return undefined;
  return kind === 'append'
    ? `${existing(root, path) ?? ''}${content ?? ''}`
    : (content ?? 'text\n');
}

/** The whole file as the old text, where there is one. */
function edits(
  root: string,
  { path = '' }: Action,
  content: string,
): readonly (readonly [string, string])[] {
  const before = existing(root, path);
  return before === undefined || before === '' ? [] : [[before, content]];
}

function existing(root: string, path: string): string | undefined {
  try {
    return readFileSync(path.startsWith('/') ? path : join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

function oneLine(path: string): boolean {
  return !/[\r\n]/.test(path) && path.trim() === path && path !== '';
}
