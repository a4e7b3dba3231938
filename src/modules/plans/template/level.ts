/** One template among those that a plan is made of, and the steps that it has become. */
import type { PlacedStep } from './check-steps.js';
import type { Problem } from './problem.js';
import type { Template, TemplateRead } from './read-template.js';
import type { Values } from './substitute.js';

export type Level = {
  readonly template: Template;
  readonly values: Values;
  /** Before the ids of its steps, such as `deploy.`. */
  readonly prefix: string;
  /** Ids of templates, from the outermost to this one. */
  readonly within: readonly string[];
};

/** What expansion looks up, and where it puts what it finds. */
export type Surroundings = {
  readonly templateOf: (id: string) => TemplateRead;
  readonly files: (glob: string) => readonly string[];
  readonly problems: Problem[];
  /** Steps that the plan may still have; below zero after the problem was reported. */
  room: number;
};

/**
 * A step of the plan, `data` without its `needs`. Without any, it waits for what the step waits for
 * that it comes from.
 */
export type MadeStep = PlacedStep & { readonly id: string; readonly needs: readonly string[] };

/** One item of `for_each`, or the only one. `ends`: what waits for it waits for these. */
export type Made = {
  readonly suffix: string;
  readonly needs: readonly string[];
  readonly steps: readonly MadeStep[];
  readonly ends: readonly string[];
};

/** A step as written, and what has become of it: nothing, if `when` left it out. */
export type Group = {
  readonly id: string;
  readonly needs: readonly string[];
  readonly made: readonly Made[];
  readonly place: PlacedStep['place'];
};
