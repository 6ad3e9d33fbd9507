/** How the live view is shown: in place, as lines, or not at all; `auto` depends on the terminal. */
export const PROGRESS = ['auto', 'plain', 'none'] as const;

export type Progress = (typeof PROGRESS)[number];
