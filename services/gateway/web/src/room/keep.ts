// What this tab watched last of a title, so that the next episode begins with the same server and quality.

import type { Choice } from "../domain/keep.ts";
import type { Link } from "../types.ts";
import { recall, remember } from "./memory.ts";

const KEY = "ws_choice";

interface Held extends Choice {
  title: string;
}

const store = () => sessionStorage;

export function lastChoice(title: string): Choice | null {
  const held = recall<Held | null>(KEY, null, store);
  return held?.title === title && typeof held.server === "string" ? { server: held.server, quality: held.quality ?? null } : null;
}

export function rememberChoice(title: string, link: Pick<Link, "server" | "quality">): void {
  remember(KEY, { title, server: link.server, quality: link.quality }, store);
}
