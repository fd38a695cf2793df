// Keeps the page up to date: server-sent events, and polling while they are away.

import { call } from "./api/client.ts";
import { follow } from "./domain/delta.ts";
import type { Delta, Snapshot, Step } from "./types.ts";

export interface LiveOptions {
  liveUrl: string;
  episodeId: number;
  onSnapshot: (snapshot: Snapshot) => void;
  onStep: (step: Step) => void;
  /** True while events come, false while the page polls. */
  onConnection: (connected: boolean) => void;
}

const POLL_MS = 5000;
const REOPEN_MS = 5000;

export class Live {
  #source: EventSource | null = null;
  #poll: number | undefined;
  #reopen: number | undefined;
  /** What the stream has told so far: nothing before its snapshot. */
  #told: Snapshot | null = null;

  constructor(private readonly options: LiveOptions) {}

  start(signal: AbortSignal): void {
    this.#open();
    window.addEventListener("pagehide", () => this.stop(), { signal });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.#open();
    }, { signal });
    signal.addEventListener("abort", () => this.stop());
  }

  stop(): void {
    this.#source?.close();
    this.#source = null;
    window.clearTimeout(this.#reopen);
    this.#stopPolling();
  }

  /** Ask once, at once: after a refused order the page may be behind. */
  async ask(): Promise<void> {
    const path = { episode_id: this.options.episodeId };
    const outcome = await call("GET /api/v1/episodes/{episode_id}/live-state", { path });
    // Still away: the next poll or event tells. One that was left tells nothing more.
    if (outcome.ok && this.#source) this.options.onSnapshot(outcome.body);
  }

  #open(): void {
    this.#source?.close();
    const source = new EventSource(this.options.liveUrl);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#stopPolling();
      this.options.onConnection(true);
    });
    this.#told = null;
    source.addEventListener("snapshot", (event) => this.#tell(JSON.parse(event.data) as Snapshot));
    source.addEventListener("delta", (event) => {
      if (this.#told) this.#tell(follow(this.#told, JSON.parse(event.data) as Delta));
    });
    source.addEventListener("step", (event) => this.options.onStep(JSON.parse(event.data) as Step));
    source.addEventListener("error", () => {
      this.options.onConnection(false);
      this.#startPolling();
      // A browser reconnects by itself after a broken line, but gives up after an error answer.
      if (source.readyState === EventSource.CLOSED) {
        window.clearTimeout(this.#reopen);
        this.#reopen = window.setTimeout(() => this.#open(), REOPEN_MS);
      }
    });
  }

  #tell(snapshot: Snapshot): void {
    this.#told = snapshot;
    this.options.onSnapshot(snapshot);
  }

  #startPolling(): void {
    this.#poll ??= window.setInterval(() => void this.ask(), POLL_MS);
  }

  #stopPolling(): void {
    window.clearInterval(this.#poll);
    this.#poll = undefined;
  }
}
