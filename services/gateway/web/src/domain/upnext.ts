// When the next episode is announced and when it begins: pure, from positions to a card and its countdown.

/** How long before the end the card comes, where no marks say where the credits begin. */
export const LEAD_S = 30;
/** How long it counts where credits begin early, and after the end. */
export const COUNT_S = 10;

export interface Ending {
  position: number;
  /** null while nothing is known of the file. */
  duration: number | null;
  /** Where the credits begin, if somebody marked it. */
  outro: number | null;
  /** When the file came to its end, in milliseconds; null while it has not. */
  endedAt: number | null;
  now: number;
}

export interface Card {
  /** Whole seconds until the next one begins; 0 is now. */
  left: number;
}

/** Where the card begins to be shown; null while nothing is known. */
export function cardFrom(ending: Pick<Ending, "duration" | "outro">): number | null {
  const { duration, outro } = ending;
  if (duration === null) return null;
  // of a short clip no more than its last tenth
  const usual = duration - Math.min(LEAD_S, duration / 10);
  return outro !== null && outro > duration / 2 && outro < duration ? outro : usual;
}

/** The card to show, null while it is too early. Playing counts it down, and so does the time after the end. */
export function cardOf(ending: Ending): Card | null {
  const from = cardFrom(ending);
  if (from === null || ending.duration === null || (ending.endedAt === null && ending.position < from)) return null;
  if (ending.endedAt !== null) {
    // whoever watched the whole card has waited long enough
    const waited = Math.max(0, (ending.now - ending.endedAt) / 1000) + Math.min(ending.duration - from, COUNT_S);
    return { left: Math.max(0, Math.ceil(COUNT_S - waited)) };
  }
  const due = ending.outro === from ? Math.min(from + COUNT_S, ending.duration) : ending.duration;
  return { left: Math.max(0, Math.ceil(due - ending.position)) };
}
