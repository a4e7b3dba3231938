/**
 * T3: the tools that the pass requires answer their probes, or the project is blocked with the name
 * of the one that does not.
 */
import { fieldList, fieldText, fieldTime } from '../../project/field-text.js';
import { plainWords } from '../../governance/guard/shell.js';
import { EXIT } from '../../kernel/error.js';
import { note, runBundle } from '../act.js';
import { sandboxedCommand } from '../pass-sandbox.js';
import type { Pass, Step } from '../types.js';

const CACHED_MS = 3_600_000;
const PROBE_MS = 20_000;

type Probe = {
  readonly tool: string;
  readonly status: 'available' | 'missing';
  readonly why: string;
};

export const t3Tools: Step = {
  id: 'T3',
  title: 'tools',
  async run(pass) {
    const snapshot = pass.env.workspace.snapshot();
    const required =
      pass.data.project === undefined
        ? []
        : fieldList(snapshot.record('PROJECT', pass.data.project), 'next_pass.requires');
    const missing: Probe[] = [];
    const found: string[] = [];
    for (const tool of required) {
      const probe = await probeTool(pass, tool);
      if (probe.status === 'missing') missing.push(probe);
      else found.push(tool);
    }
    const [first] = missing;
    if (first === undefined) {
      note(pass, 'T3', {
        type: 'tools',
        target: required.join(' '),
        detail: required.length === 0 ? 'none required' : `available: ${found.join(', ')}`,
      });
      return pass;
    }
    const slug = pass.data.project ?? '';
    const question = `${slug} needs the tool ${first.tool}, which is missing: ${first.why}. Install it and answer yes, or answer no to pause the project.`;
    runBundle(pass, {
      step: 'T3',
      name: 'route_block',
      args: {
        slug,
        reason: `tool ${first.tool} is missing: ${first.why}`,
        priority: 'high',
        question,
      },
      detail: first.why,
    });
    return {
      halt: true,
      outcome: `blocked: the tool ${first.tool} is missing`,
      exit: EXIT.findings,
      data: {
        ...pass.data,
        notes: [...pass.data.notes, `${slug} is blocked: ${first.tool} is missing (${first.why})`],
      },
    };
  },
};

async function probeTool(pass: Pass, tool: string): Promise<Probe> {
  const snapshot = pass.env.workspace.snapshot();
  const status = snapshot.record('TOOL', tool);
  const checked = status === undefined ? undefined : fieldTime(status, 'last_checked');
  if (
    fieldText(status, 'status') === 'available' &&
    checked !== undefined &&
    snapshot.now.getTime() - checked < CACHED_MS
  )
    return { tool, status: 'available', why: 'probed within the hour' };
  const rule = snapshot.record('TOOL-RULE', tool);
  const probe =
    rule === undefined
      ? ({
          tool,
          status: 'missing',
          why: 'it is not in orchestration-os/OPS-TOOL-REGISTRY.md',
        } as const)
      : await run(pass, tool, fieldText(rule, 'probe'));
  if (rule !== undefined)
    runBundle(pass, {
      step: 'T3',
      name: status === undefined ? 'tool_status_add' : 'tool_status_set',
      args: {
        tool,
        status: probe.status,
        constraint: probe.status === 'missing' ? probe.why : null,
      },
      target: tool,
      detail: probe.why,
    });
  return probe;
}

/** A probe is one program with its words, started without a shell; it says yes by ending with 0. */
async function run(pass: Pass, tool: string, probe: string): Promise<Probe> {
  if (probe === '') return { tool, status: 'missing', why: 'it has no probe in the tool registry' };
  const words = plainWords(probe);
  if (words === undefined)
    return { tool, status: 'missing', why: `its probe is not one plain command: ${probe}` };
  const result = await sandboxedCommand(pass)({
    argv: words,
    cwd: pass.env.workspace.root,
    timeoutMs: PROBE_MS,
    signal: pass.env.signal,
  });
  if (result.kind === 'failed')
    return { tool, status: 'missing', why: `its probe "${probe}" failed: ${result.why}` };
  return result.exit === 0
    ? { tool, status: 'available', why: 'the probe answered' }
    : {
        tool,
        status: 'missing',
        why: `its probe "${probe}" ended with ${result.exit ?? 'a signal'}`,
      };
}
