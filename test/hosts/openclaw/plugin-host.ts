/**
 * OpenClaw's side of a plugin: takes its hooks, and calls them by priority with events as the host
 * was seen to send them.
 */
import plugin from '../../../src/hosts/openclaw/plugin/plugin.js';
import type { HostApi, HostContext, Hooks } from '../../../src/hosts/openclaw/plugin/host-types.js';
import type { Place } from '../../passes/pass-workspace.js';
import { NOCTURNE } from '../../support/guard-server.js';

type Registered = {
  readonly hook: (event: unknown, context: HostContext) => unknown;
  readonly priority: number;
};
type Answered<Name extends keyof Hooks> =
  | Exclude<Awaited<ReturnType<Hooks[Name]>>, void>
  | undefined;
export type Host = {
  /** The first answer, as for hooks that block or claim. */
  fire<Name extends keyof Hooks>(
    name: Name,
    event: Parameters<Hooks[Name]>[0],
    context?: HostContext,
  ): Promise<Answered<Name>>;
  status(): Promise<unknown>;
  readonly said: readonly string[];
};

export function pluginHost(
  place: Place,
  options: {
    readonly governed?: 'all';
    readonly nocturne?: string;
    readonly access?: false;
    readonly jobs?: Readonly<Record<string, string>>;
  } = {},
): Host {
  const hooks = new Map<string, Registered[]>();
  const said: string[] = [];
  let respond:
    | ((at: { respond(ok: boolean, payload?: unknown): void }) => Promise<void>)
    | undefined;
  const say = (text: string): void => void said.push(text);
  const api: HostApi = {
    config: {
      plugins: {
        entries: {
          nocturne: { hooks: options.access === false ? {} : { allowConversationAccess: true } },
        },
      },
    },
    pluginConfig: {
      workspace: place.root,
      node: process.execPath,
      nocturne: options.nocturne ?? NOCTURNE,
      home: place.home,
      ...(options.governed === undefined ? {} : { governed: options.governed }),
    },
    registrationMode: 'full',
    logger: { info: say, warn: say, error: say },
    on: (name, hook, at) =>
      void hooks.set(
        name,
        [
          ...(hooks.get(name) ?? []),
          { hook: hook as Registered['hook'], priority: at?.priority ?? 0 },
        ].sort((a, b) => b.priority - a.priority),
      ),
    registerGatewayMethod: (_name, handle) => {
      respond = handle;
    },
  };
  plugin.register(api);
  plugin.register({ ...api, on: () => undefined, registrationMode: 'discovery' });
  return {
    said,
    async fire<Name extends keyof Hooks>(
      name: Name,
      event: Parameters<Hooks[Name]>[0],
      context: HostContext = {},
    ): Promise<Answered<Name>> {
      for (const { hook } of hooks.get(name) ?? []) {
        const answer = (await hook(event, context)) as Answered<Name>;
        if (answer !== undefined) return answer;
      }
      return undefined;
    },
    status: () =>
      new Promise((resolve) => void respond?.({ respond: (_ok, payload) => resolve(payload) })),
  };
}

/** A turn of a cron job, with the identifiers that the host gives it. */
export function turnOf(
  place: Place,
  job: { readonly role: string; readonly id?: string },
): {
  readonly context: HostContext;
  readonly started: Parameters<Hooks['cron_changed']>[0];
  readonly prompt: string;
} {
  const id = job.id ?? 'job-1';
  const name = `nocturne-${job.role}-${place.workspace.state.split('/').at(-1)?.slice(0, 8) ?? ''}`;
  const context = {
    runId: `turn-of-${id}`,
    jobId: id,
    sessionKey: `agent:main:cron:${id}:run:one`,
    workspaceDir: place.root,
    trigger: 'cron',
  };
  return {
    context,
    started: { action: 'started', jobId: id, job: { id, name } },
    prompt: `[cron:${id} ${name}] Work.`,
  };
}
