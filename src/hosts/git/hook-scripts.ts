/**
 * The scripts that git calls. Each calls the hook of the same name that was in force before, at its
 * old place and under its old name, and ours.
 */
import { type HookPaths, quoted, shellCommand } from '../hook-command.js';

export const GOVERNED = ['pre-commit', 'pre-merge-commit', 'commit-msg', 'pre-push'] as const;
/**
 * Handed on: git looks for hooks in one folder only, so those that a person may add later are
 * called as well.
 */
export const HANDED_ON = [
  'applypatch-msg',
  'pre-applypatch',
  'post-applypatch',
  'prepare-commit-msg',
  'post-commit',
  'pre-rebase',
  'post-checkout',
  'post-merge',
  'post-rewrite',
  'pre-auto-gc',
] as const;

const HEAD = (name: string): string => `#!/bin/sh
# ${name}: made by nocturne hooks install, taken away by nocturne hooks uninstall. Do not edit.
`;

/**
 * @param previous folder of the hooks in force before; a relative one means the top of the work
 * tree, where git starts hooks.
 */
export function hookScript(name: string, hookPaths: HookPaths, previous: string): string {
  const before = `before=${quoted(`${previous}/${name}`)}\n`;
  const ours = shellCommand(hookPaths, ['hook', 'git', name, '--workspace', hookPaths.workspace]);
  if (name === 'pre-push')
    return `${HEAD(name)}${before}lines=$(cat; printf x)
lines=\${lines%x}
printf %s "$lines" | ${ours} -- "$@" || exit $?
if [ -x "$before" ]; then printf %s "$lines" | "$before" "$@"; fi
`;
  // What formats files or completes the message goes first: what it leaves is what will be
  // committed.
  if ((GOVERNED as readonly string[]).includes(name))
    return `${HEAD(name)}${before}if [ -x "$before" ]; then "$before" "$@" || exit $?; fi
${ours} -- "$@"
`;
  return `${HEAD(name)}${before}if [ -x "$before" ]; then exec "$before" "$@"; fi
`;
}
