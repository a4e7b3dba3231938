/**
 * Faults that are put back on purpose, to show that the simulator finds them. `find` must be in the
 * file exactly once. `seed`: of a night that finds it quickly.
 */
export type DeliberateFault = {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly seed: number;
};

export const DELIBERATE_FAULTS: readonly DeliberateFault[] = [
  {
    name: 'reconciling does not look at hard links',
    file: 'src/passes/reconcile/check-differences.ts',
    find: "return { code: 'path-hard-link', why: 'the file has another name (hard link)' };",
    replace: 'return undefined;',
    seed: 32,
  },
  {
    name: 'reconciling does not compare modes',
    file: 'src/passes/reconcile/differences.ts',
    find: 'file !== undefined && file.mode !== (entry.mode & 0o7777)',
    replace: 'file !== undefined && file.mode < 0',
    seed: 37,
  },
  {
    name: 'reconciling does not look at logs',
    file: 'src/passes/reconcile/differences.ts',
    find: 'if (difference !== undefined) found.push(difference);',
    replace: "if (difference !== undefined && !path.startsWith('audit/')) found.push(difference);",
    seed: 1,
  },
  {
    name: 'restoring writes through a symbolic link',
    file: 'src/workspace/restore.ts',
    find: 'if (present !== undefined && !present.isFile()) removeIfThere(target);',
    replace:
      "if (typeof content !== 'string') return process.getBuiltinModule('node:fs').writeFileSync(target, content);",
    seed: 1,
  },
  {
    name: 'a durable write removes the old file first',
    file: 'src/workspace/durable.ts',
    find: '  const descriptor = stage(temp, bytes,',
    replace: '  removeIfThere(path);\n  const descriptor = stage(temp, bytes,',
    seed: 32,
  },
  {
    name: 'an interrupted commit is not finished',
    file: 'src/workspace/recover.ts',
    find: 'if (!isSuspicious(root, state)) return NOTHING;',
    replace: 'if (isSuspicious(root, state) || !crashMarked(root)) return NOTHING;',
    seed: 6,
  },
  {
    name: 'the claim of a dead process counts as live',
    file: 'src/workspace/pass-lock.ts',
    find: "return isDead ? 'dead' : 'live';",
    replace: "return isDead ? 'live' : 'live';",
    seed: 3,
  },
  {
    name: 'the claim of a pass that ended stays',
    file: 'src/passes/worker/t9-close.ts',
    find: 'releaseClaim(root, state, defined({ fence: stage.fence, failedAt }));',
    replace: 'void [releaseClaim, root, state, defined, failedAt];',
    seed: 1,
  },
  {
    name: 'a run id is given again after a crash',
    file: 'src/workspace/ids.ts',
    find: 'let highest = counters[stem] ?? 0;',
    replace: 'let highest = 0;',
    seed: 2,
  },
  {
    name: 'refused writes are not recorded',
    file: 'src/passes/door.ts',
    find: "result: 'refused',\n            detail: withoutSecrets(refused.why),",
    replace: "result: 'ok',\n            detail: withoutSecrets(refused.why),",
    seed: 10,
  },
  {
    name: 'the briefing leaves out what was undone',
    file: 'src/passes/manager/briefing-failures.ts',
    find: "ofResult('restored')",
    replace: "ofResult('never')",
    seed: 1,
  },
  {
    name: "an owner's edit during a pass is undone and not kept",
    file: 'src/passes/reconcile/restore.ts',
    find: '{ keepIn: keptDirectory(runId), onFailure }',
    replace: '{ onFailure }',
    seed: 223,
  },
  {
    name: 'an answer to a question of a project does nothing',
    file: 'src/governance/answers.ts',
    find: "if (state.state !== 'answered' || asksForModule(record)) return [];",
    replace:
      "if (state.state !== 'answered' || fieldText(record, 'kind') === 'escalation') return [];",
    seed: 1,
  },
];
