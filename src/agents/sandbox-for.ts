/** What becomes of a runner's sandbox settings on this machine. */
import { decideSandbox, type SandboxDecision, type SandboxSettings } from './sandbox.js';
import { probeSandbox } from './sandbox-probe.js';

/** @param path the program path of the host, on which bubblewrap is looked for. */
export async function sandboxFor(
  settings: SandboxSettings,
  path: string | undefined,
): Promise<SandboxDecision | { readonly kind: 'off' }> {
  return settings.mode === 'off'
    ? { kind: 'off' }
    : decideSandbox(settings, await probeSandbox(path));
}
