// Goes on where somebody stopped, and keeps how far they came: with the gateway, or in this browser alone.

import { call } from "../api/client.ts";
import { NEVER, beginning, parseMoment, toKeep, type Beginning, type Came, type Keepsake } from "../domain/resume.ts";
import type { PlayerAdapter } from "../player/adapter.ts";
import { recall, remember } from "./memory.ts";
import type { Told } from "./told.ts";

const KEY = "ws_progress";
/** Episodes that a browser remembers; the oldest go. */
const MOST = 300;

interface Local {
  p: number;
  d: number | null;
  f: boolean;
  at: number;
}

export class Progress {
  readonly beginning: Beginning;
  #kept = NEVER;
  #position = 0;
  #player: PlayerAdapter | null = null;

  constructor(private readonly told: Told) {
    const linked = parseMoment(new URLSearchParams(window.location.search).get("t"));
    this.beginning = beginning(linked, told.signed_in ? cameOf(told.progress) : this.#local());
  }

  watch(player: PlayerAdapter): void {
    this.#player = player;
    player.on("progress", (position) => {
      this.#position = position;
      this.#keep("moves");
    });
    player.on("paused", () => this.#keep("stops"));
    player.on("seeked", (position) => {
      // a source that has just been opened stands at its beginning for a moment
      if (!player.isPaused() || position === 0) return;
      this.#position = position;
      this.#keep("stops");
    });
    player.on("ended", () => this.#keep("ended"));
    window.addEventListener("pagehide", () => this.#keep("stops"));
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#keep("stops"));
  }

  /** Somebody begins again: what was kept counts no more. */
  startOver(): void {
    this.#position = 0;
    this.#player?.seekTo(0);
    void this.#player?.play();
  }

  #keep(moment: "moves" | "stops" | "ended"): void {
    const now = Date.now();
    const next = toKeep(this.#kept, moment, this.#position, this.#player?.duration() ?? null, now);
    if (!next) return;
    const before = this.#kept;
    this.#kept = { at: now, position: next.position, finished: next.finished };
    if (this.told.signed_in) void this.#send(next, before);
    else this.#store(next, now);
  }

  async #send(next: Keepsake, before: typeof NEVER): Promise<void> {
    const body = { position_s: rounded(next.position), duration_s: next.duration === null ? null : rounded(next.duration), finished: next.finished };
    const outcome = await call("PUT /api/v1/episodes/{episode_id}/progress", { path: { episode_id: this.told.episode_id }, body });
    // not taken: the next moment tries again
    if (!outcome.ok && outcome.status !== 404) this.#kept = { ...this.#kept, position: before.position, finished: before.finished };
  }

  #local(): Came | null {
    const held = recall<Record<string, Local>>(KEY, {})[String(this.told.episode_id)];
    return held && typeof held.p === "number" ? { position: held.p, duration: held.d ?? null, finished: held.f === true } : null;
  }

  #store(next: Keepsake, now: number): void {
    const held = recall<Record<string, Local>>(KEY, {});
    held[String(this.told.episode_id)] = { p: rounded(next.position), d: next.duration, f: next.finished, at: now };
    const newest = Object.entries(held).sort(([, a], [, b]) => b.at - a.at).slice(0, MOST);
    remember(KEY, Object.fromEntries(newest));
  }
}

function cameOf(progress: Told["progress"]): Came | null {
  return progress && { position: progress.position_s, duration: progress.duration_s, finished: progress.finished };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
