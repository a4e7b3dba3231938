/** The scripts that git calls. Each also calls the earlier hook of the same name where it is. */
import { type HookPaths, shellCommand } from '../hook-command.js';
import { shellWord } from '../../kernel/shell-word.js';

export const GOVERNED = ['pre-commit', 'pre-merge-commit', 'commit-msg', 'pre-push'] as const;
/** Git looks for hooks in one folder only, so these call hooks that a person may add later. */
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
 * @param previous folder of the earlier hooks; a relative one starts at the top of the work tree.
 */
export function hookScript(name: string, hookPaths: HookPaths, previous: string): string {
  const before = `before=${shellWord(`${previous}/${name}`)}\n`;
  const ours = shellCommand(hookPaths, ['hook', 'git', name, '--workspace', hookPaths.workspace]);
  if (name === 'pre-push')
    return `${HEAD(name)}${before}lines=$(cat; printf x)
lines=\${lines%x}
printf %s "$lines" | ${ours} -- "$@" || exit $?
if [ -x "$before" ]; then printf %s "$lines" | "$before" "$@"; fi
`;
  // Hooks that format files run first, so that we judge what will be committed.
  if ((GOVERNED as readonly string[]).includes(name))
    return `${HEAD(name)}${before}if [ -x "$before" ]; then "$before" "$@" || exit $?; fi
${ours} -- "$@"
`;
  return `${HEAD(name)}${before}if [ -x "$before" ]; then exec "$before" "$@"; fi
`;
}
