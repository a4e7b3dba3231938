/** What is shown instead of an empty table of projects. */
export const NO_PROJECT = 'There are no projects yet. To create one: nocturne project new SLUG';
