// Goes on where somebody stopped, and keeps how far they came: with the gateway, or in this browser alone.

import { call } from "../api/client.ts";
import { NEVER, beginning, later, parseMoment, toKeep, type Beginning, type Keepsake, type Seen } from "../domain/resume.ts";
import type { PlayerAdapter } from "../player/adapter.ts";
import { keepHere, seenHere } from "./here.ts";
import type { Told } from "./told.ts";

export class Progress {
  readonly beginning: Beginning;
  #kept = NEVER;
  #position = 0;
  #player: PlayerAdapter | null = null;

  constructor(private readonly told: Told) {
    const linked = parseMoment(new URLSearchParams(window.location.search).get("t"));
    this.beginning = beginning(linked, later(told.signed_in ? seenOf(told.progress) : null, seenHere(told.episode_id)));
  }

  watch(player: PlayerAdapter, signal: AbortSignal): void {
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
    window.addEventListener("pagehide", () => this.stop(), { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.stop(), { signal });
  }

  /** Whoever watches may leave: keep how far they came. */
  stop(): void {
    this.#keep("stops");
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
    else keepHere(this.told.episode_id, { ...next, position: rounded(next.position) }, now);
  }

  async #send(next: Keepsake, before: typeof NEVER): Promise<void> {
    const body = { position_s: rounded(next.position), duration_s: next.duration === null ? null : rounded(next.duration), finished: next.finished };
    const outcome = await call("PUT /api/v1/episodes/{episode_id}/progress", { path: { episode_id: this.told.episode_id }, body });
    // not taken: the next moment tries again
    if (!outcome.ok && outcome.status !== 404) this.#kept = { ...this.#kept, position: before.position, finished: before.finished };
  }
}

function seenOf(progress: Told["progress"]): Seen | null {
  return progress && { position: progress.position_s, duration: progress.duration_s, finished: progress.finished, at: Date.parse(progress.watched_at) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
