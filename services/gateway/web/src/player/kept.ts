// Keeps in this browser what worked here; a browser that keeps nothing begins anew each time.

import { NOTHING_KNOWN, readMemory, type Memory } from "../domain/memory.ts";

const KEY = "ws_worked";

let held: Memory | null = null;

export const kept = {
  read(): Memory {
    try {
      held ??= readMemory(localStorage.getItem(KEY));
    } catch {
      held ??= NOTHING_KNOWN;
    }
    return held;
  },

  write(memory: Memory): void {
    held = memory;
    try {
      localStorage.setItem(KEY, JSON.stringify(memory));
    } catch {
      // a private window may refuse: then it is known until the page is left
    }
  },
};
