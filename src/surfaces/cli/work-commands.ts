/** Commands of every day: what the nights are about. */
import { inGroup, type Catalogue } from './catalogue-entry.js';

export const WORK_COMMANDS: Catalogue = {
  ...inGroup('Every day', {
    validate: {
      summary: 'check the whole workspace',
      load: () => import('./commands/validate.js'),
    },
    explain: {
      summary: 'what a rule is about, or what is known of a file or an object',
      load: () => import('./commands/explain.js'),
    },
    night: {
      summary: 'worker passes with manager passes between, then the briefing',
      load: () => import('./commands/night.js'),
    },
    demo: {
      summary: 'a night in a workspace made for demonstration',
      load: () => import('./commands/demo.js'),
    },
    status: {
      summary: 'how things stand, the most pressing first',
      load: () => import('./commands/status.js'),
    },
    briefing: {
      summary: 'the morning page',
      load: () => import('./commands/briefing.js'),
    },
    approve: {
      summary: 'say yes to a question',
      load: async () => ({ command: (await import('./commands/answer.js')).approve }),
    },
    decline: {
      summary: 'say no to a question',
      load: async () => ({ command: (await import('./commands/answer.js')).decline }),
    },
    answer: {
      summary: 'answer a question in your own words',
      load: async () => ({ command: (await import('./commands/answer.js')).answer }),
    },
  }),
  ...inGroup('Passes', {
    schedule: {
      summary: 'passes at their times, in the foreground',
      load: () => import('./commands/schedule.js'),
    },
    'run worker': {
      summary: 'one worker pass',
      load: async () => ({ command: (await import('./commands/run.js')).runWorker }),
    },
    'run manager': {
      summary: 'one manager pass',
      load: async () => ({ command: (await import('./commands/run.js')).runManager }),
    },
    'pass begin': {
      summary: 'begin a pass inside a host session, and print its brief',
      load: async () => ({ command: (await import('./commands/pass.js')).passBegin }),
    },
    'pass end': {
      summary: "end it with the agent's report",
      load: async () => ({ command: (await import('./commands/pass.js')).passEnd }),
    },
    'pass heartbeat': {
      summary: 'say that the agent is alive',
      load: async () => ({ command: (await import('./commands/pass.js')).passHeartbeat }),
    },
    'pass abort': {
      summary: 'give it up',
      load: async () => ({ command: (await import('./commands/pass.js')).passAbort }),
    },
    brief: {
      summary: 'the brief of the running pass once more; without a pass, how to begin',
      load: async () => ({ command: (await import('./commands/tools.js')).brief }),
    },
    tool: {
      summary: 'any tool of agents by its name, with its arguments as options or JSON',
      load: () => import('./commands/tool.js'),
    },
    notify: {
      summary: 'a note for the owner',
      load: () => import('./commands/notify.js'),
    },
    mcp: {
      summary: 'serve the workspace to clients of the Model Context Protocol',
      load: () => import('./commands/mcp.js'),
    },
    'lock status': {
      summary: 'who is at work',
      load: async () => ({ command: (await import('./commands/lock.js')).lockStatus }),
    },
    'lock break': {
      summary: 'end a pass that hangs',
      load: async () => ({ command: (await import('./commands/lock.js')).lockBreak }),
    },
  }),
  ...inGroup('Projects', {
    'project list': {
      summary: 'every project and how it stands',
      load: async () => ({ command: (await import('./commands/project.js')).projectList }),
    },
    'project new': {
      summary: 'a new project, from the templates',
      load: async () => ({ command: (await import('./commands/project-new.js')).projectNew }),
    },
    'project pause': {
      summary: 'not to be worked on until it is resumed',
      load: async () => ({ command: (await import('./commands/project.js')).projectPause }),
    },
    'project resume': {
      summary: 'to be worked on again',
      load: async () => ({ command: (await import('./commands/project.js')).projectResume }),
    },
    'project focus': {
      summary: 'before all others from now on',
      load: async () => ({ command: (await import('./commands/project-focus.js')).projectFocus }),
    },
    'project abandon': {
      summary: 'given up; its files stay',
      load: async () => ({ command: (await import('./commands/project.js')).projectAbandon }),
    },
  }),
};
