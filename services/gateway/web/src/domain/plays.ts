// What the gateway should hear of a play: pure, from what the player does to the reports that follow.

export type Fault = "network" | "decode" | "stalled" | "expired" | "forbidden" | "unknown";

/** One generation of a link, as a report names it. */
export interface Played {
  id: number;
  generation: number;
}

export type Moment =
  | { type: "loaded"; link: Played }
  /** The picture is at a position, in seconds. */
  | { type: "moved"; position: number }
  /** `over`: no other link is left to try. */
  | { type: "broke"; link: Played; fault: Fault; position: number; over: boolean };

export interface Report {
  outcome: "started" | "failed";
  link: Played;
  first_try: boolean;
  reason: Fault | null;
  over: boolean;
  position: number;
}

export interface Play {
  /** Counts plays of this page: another try after the last link broke is another play. */
  ordinal: number;
  link: Played | null;
  /** Where the picture of this link was first seen: only one that moves on has started. */
  from: number | null;
  started: boolean;
  broken: boolean;
  over: boolean;
}

export const NO_PLAY: Play = { ordinal: 0, link: null, from: null, started: false, broken: false, over: true };

export function witness(play: Play, moment: Moment): { play: Play; report: Report | null } {
  switch (moment.type) {
    case "loaded": {
      const same = play.over ? { ...NO_PLAY, ordinal: play.ordinal + 1, over: false } : play;
      return { play: { ...same, link: moment.link, from: null }, report: null };
    }
    case "moved": {
      if (play.started || play.over || !play.link) return { play, report: null };
      if (play.from === null || moment.position <= play.from) return { play: { ...play, from: moment.position }, report: null };
      const { link, broken } = play;
      const report: Report = { outcome: "started", link, first_try: !broken, reason: null, over: false, position: moment.position };
      return { play: { ...play, started: true }, report };
    }
    case "broke": {
      const { link, fault: reason, over, position } = moment;
      return {
        play: { ...play, link: null, from: null, broken: true, over },
        report: { outcome: "failed", link, first_try: !play.broken, reason, over, position },
      };
    }
  }
}

/** What a media element's error code says (1 aborted, 2 network, 3 decode, 4 unsupported, which hides every HTTP status). */
export function faultOf(code: number | undefined): Fault {
  return code === 2 ? "network" : code === 3 ? "decode" : "unknown";
}

/** A link past its time explains more than what the player met. */
export function faultAt(fault: Fault, expiresAt: string | null, now: number): Fault {
  return expiresAt !== null && Date.parse(expiresAt) <= now ? "expired" : fault;
}
