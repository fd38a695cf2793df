// Which marked stretch plays now, and where it ends: pure.

export interface Stretch {
  start: number;
  end: number;
}

export interface Marks {
  intro: Stretch | null;
  outro: Stretch | null;
}

export interface Skip {
  what: "intro" | "outro";
  to: number;
}

/** Less than this is not worth a button. */
const WORTH_S = 2;

/** What can be skipped at a position; credits that run to the end lead to the end. */
export function skippable(marks: Marks, position: number, duration: number | null): Skip | null {
  for (const what of ["intro", "outro"] as const) {
    const stretch = marks[what];
    if (!stretch || position < stretch.start) continue;
    const end = duration === null ? stretch.end : Math.min(stretch.end, duration);
    if (end - position > WORTH_S) return { what, to: end };
  }
  return null;
}
