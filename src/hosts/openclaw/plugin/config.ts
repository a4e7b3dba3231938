/** What the owner's openclaw.json says about this plugin, and which workspace that means. */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';

export type PluginConfig = {
  readonly workspace: string;
  /**
   * First characters of the workspace's name in the state directory; the names of its jobs end with
   * them.
   */
  readonly id: string;
  readonly node: string;
  readonly nocturne: string;
  readonly home: string | undefined;
  /** `all`: sessions that are no pass are judged as guests; `jobs`: they are left alone. */
  readonly governed: 'jobs' | 'all';
};
export type ReadConfig =
  | { readonly kind: 'config'; readonly config: PluginConfig }
  | { readonly kind: 'missing'; readonly why: string };

export function readConfig(settings: unknown): ReadConfig {
  const values = (typeof settings === 'object' && settings !== null ? settings : {}) as Readonly<
    Record<string, unknown>
  >;
  const path = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && isAbsolute(value) ? value : undefined;
  };
  const [workspace, node, nocturne] = [path('workspace'), path('node'), path('nocturne')];
  if (workspace === undefined || node === undefined || nocturne === undefined)
    return {
      kind: 'missing',
      why: 'plugins.entries.nocturne.config needs workspace, node and nocturne as absolute paths; nocturne cron install writes them',
    };
  const real = realPath(workspace);
  return {
    kind: 'config',
    config: {
      workspace: real,
      id: createHash('sha256').update(real).digest('hex').slice(0, 8),
      node,
      nocturne,
      home: path('home'),
      governed: values['governed'] === 'all' ? 'all' : 'jobs',
    },
  };
}

export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
