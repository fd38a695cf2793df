// Follows what changed: the snapshot that a delta makes of the one before.

import type { Delta, Link, Snapshot } from "../types.ts";

export function follow(before: Snapshot, delta: Delta): Snapshot {
  const links = new Map<number, Link>(before.links.map((link) => [link.id, link]));
  for (const id of delta.gone ?? []) links.delete(id);
  for (const link of delta.links ?? []) links.set(link.id, link);
  const order = delta.order ?? [...links.keys()];
  return { ...before, ...delta.set, links: order.flatMap((id) => links.get(id) ?? []) };
}
