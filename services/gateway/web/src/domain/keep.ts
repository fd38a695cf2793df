// The server and quality of the episode before come first again: pure, an order and nothing else.

import type { Link } from "../types.ts";

export interface Choice {
  server: string;
  quality: number | null;
}

/** The links with what somebody watched last in front, as long as it is well; the others stay in their order. */
export function preferred(links: readonly Link[], choice: Choice | null): Link[] {
  if (choice === null) return [...links];
  const rank = (link: Link): number => {
    if (link.quality !== choice.quality || !link.offered || link.state === "suspect") return 2;
    return link.server === choice.server ? 0 : 1;
  };
  return [...links].sort((a, b) => rank(a) - rank(b));
}
