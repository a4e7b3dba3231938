/** The tokens of other nodes for the meter of this workspace, one for each runner. */
import type { ModelAccess } from '../../../agents/model-access.js';
import { aborted } from '../../../kernel/aborted.js';
import type { ServeContext } from '../../../passes/module.js';
import { CallError } from '../calls/call.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import type { OfferedModel } from './offered-models.js';

export class PeerAccess implements Part {
  readonly #context: Pick<ServeContext, 'env' | 'modules'>;
  readonly #open = new Map<string, Promise<ModelAccess>>();
  readonly #ending = new AbortController();

  constructor(context: Pick<ServeContext, 'env' | 'modules'>) {
    this.#context = context;
  }

  begin(): void {
    // It only closes what calls have opened.
  }

  async run(_node: LiveNode, signal: AbortSignal): Promise<void> {
    await aborted(signal);
    this.#ending.abort();
    const open = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    for (const access of open) if (access.status === 'fulfilled') await access.value.close();
  }

  /** @throws CallError `failed` where nothing counts what the model uses. */
  of(node: LiveNode, from: string, model: OfferedModel): Promise<ModelAccess> {
    const { runner, endpoint, apiKeyEnv } = model;
    const key = JSON.stringify([from, runner, endpoint, apiKeyEnv]);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const opened = this.#ask(node, from, model);
    this.#open.set(key, opened);
    opened.catch(() => this.#open.delete(key));
    return opened;
  }

  async #ask(node: LiveNode, from: string, model: OfferedModel): Promise<ModelAccess> {
    const { workspace, say } = node;
    const { env, modules } = this.#context;
    for (const module of modules()) {
      const access = await module.modelAccess?.({
        ...{ workspace, say, env, ...model },
        snapshot: workspace.snapshot(),
        signal: this.#ending.signal,
        runId: `MESH-${from}`,
        project: '',
        use: model.runner.replace(/[^\w-]/g, '-'),
        limits: { maxTokens: undefined, maxCost: undefined },
        forOthers: true,
      });
      if (access !== undefined) return access;
    }
    throw new CallError('failed', 'nothing counts here what its models use');
  }
}
