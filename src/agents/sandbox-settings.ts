/** How the owner wants the programs of a runner boxed in. */

/**
 * `require`: without the sandbox the pass does not run. `prefer`: it runs and says so. `read`:
 * further absolute paths that `strict` shows, read-only.
 */
export type SandboxSettings = {
  readonly mode: 'off' | 'workspace' | 'strict';
  readonly policy: 'require' | 'prefer';
  readonly network: boolean;
  readonly read: readonly string[];
};
