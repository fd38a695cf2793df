// Why a link is shown as it is, and how its expiry is known: pure, as keys of messages with their values.

import type { Link } from "../types.ts";

export interface Why {
  key: string;
  /** Moments are told as distances from now, codes by their own messages, the rest as it is. */
  at: string | null;
  code: string | null;
}

export interface How {
  key: string;
  values: Record<string, string | number>;
}

/** What probes saw: when, and what speaks against the link. */
export function whyOf(link: Link): Why {
  const { state, since, checked_at: checked, ok_at: ok, reason } = link.health;
  if (state === "alive") return { key: ok === null ? "why.alive_sometime" : "why.alive", at: ok, code: null };
  if (state === "unknown") {
    if (checked === null) return { key: "why.unknown", at: null, code: null };
    return { key: reason === null ? "why.unknown_since" : "why.unknown_reason", at: checked, code: reason };
  }
  const begun = since ?? checked;
  return { key: begun === null ? `why.${state}_sometime` : `why.${state}`, at: begun, code: reason ?? "other" };
}

/** Whether a link runs out, has run out, or nobody knows. */
export function expiryOf(link: Link, now: number): { key: string; at: string | null } {
  const at = link.expiry.at;
  if (at === null) return { key: "expiry.unknown", at };
  const guess = link.expiry.basis === "default" || link.expiry.basis === "learned" ? "_guess" : "";
  return { key: `${Date.parse(at) > now ? "expiry.in" : "expiry.past"}${guess}`, at };
}

/** How the expiry is known: the evidence is stored in English, and what can be told in other words is. */
export function howOf(link: Link): How | null {
  const { at, basis, evidence } = link.expiry;
  if (at === null) return null;
  const learned = /^learned: (.+) from (\d+) links of /.exec(evidence ?? "");
  if (basis === "learned" && learned) return { key: "how.learned", values: { span: learned[1]!, count: Number(learned[2]) } };
  const issued = /^issued (\S+) \+ (.+)$/.exec(evidence ?? "");
  if (issued) return { key: "how.issued", values: { time: issued[1]!, life: issued[2]! } };
  const definition = /^definition: (.+)$/.exec(evidence ?? "");
  if (definition) return { key: "how.definition", values: { life: definition[1]! } };
  if (evidence === null || evidence === "default") return { key: `how.${basis}_plain`, values: {} };
  return { key: `how.${basis}`, values: { evidence } };
}
