// Obeys the failover machine: loads what it says into the player and tells it what the player meets.

import { candidates } from "../domain/choose.ts";
import { START, step, type Effect, type Happening, type State } from "../domain/failover.ts";
import { faultAt, faultOf, type Fault, type Moment } from "../domain/plays.ts";
import type { Link, Snapshot } from "../types.ts";
import type { PlayerAdapter } from "./adapter.ts";

export interface PlaybackEvents {
  /** Something about what plays has changed: draw again. */
  changed: () => void;
  switched: (from: Link, to: Link, reason: "error" | "stall") => void;
  started: (link: Link) => void;
  silent: (silent: boolean) => void;
  /** What counts for the statistics of plays. */
  met: (moment: Moment) => void;
}

export class Playback {
  #state: State = START;
  #player: Promise<PlayerAdapter> | null = null;
  #live: PlayerAdapter | null = null;
  #links = new Map<number, Link>();
  #loads = 0;

  constructor(private readonly create: () => Promise<PlayerAdapter>, private readonly events: PlaybackEvents) {
    window.addEventListener("online", () => this.retry());
    window.setInterval(() => this.#meet({ type: "tick", now: Date.now() }), 1000);
  }

  get current(): Link | null {
    return this.#state.current ? (this.#links.get(this.#state.current.id) ?? null) : null;
  }

  get exhausted(): boolean {
    return this.#state.exhausted;
  }

  get position(): number {
    return this.#state.position;
  }

  get player(): PlayerAdapter | null {
    return this.#live;
  }

  hasFailed(link: Link): boolean {
    return this.#state.failed.includes(`${link.id}:${link.generation}`);
  }

  offer(snapshot: Snapshot): void {
    for (const link of snapshot.links) this.#links.set(link.id, link);
    this.#meet({ type: "offered", links: candidates(snapshot.links), now: Date.now() });
  }

  pick(id: number): void {
    this.#meet({ type: "picked", id, now: Date.now() });
  }

  /** Forget what failed, and begin again if nothing plays. */
  retry(): void {
    this.#meet({ type: "forgiven", now: Date.now() });
  }

  #meet(happening: Happening, fault: Fault = "stalled"): void {
    const left = this.current;
    const { state, effect } = step(this.#state, happening);
    this.#state = state;
    this.#witness(happening, effect, fault);
    this.#obey(effect, left);
  }

  #witness(happening: Happening, effect: Effect, fault: Fault): void {
    if (happening.type === "progress") this.events.met({ type: "moved", position: happening.position });
    if (effect.type === "none") return;
    const over = effect.type === "exhausted";
    if (effect.left && (over || effect.reason === "error" || effect.reason === "stall")) {
      const link = effect.left;
      const held = this.#links.get(link.id);
      const expiresAt = held?.generation === link.generation ? held.expires_at : null;
      this.events.met({ type: "broke", link, fault: faultAt(fault, expiresAt, Date.now()), position: this.#state.position, over });
    }
    if (effect.type === "load") this.events.met({ type: "loaded", link: effect.link });
  }

  #obey(effect: Effect, left: Link | null): void {
    if (effect.type === "none") return;
    if (effect.type === "exhausted") this.#live?.pause();
    else {
      const link = this.#links.get(effect.link.id);
      if (!link) return;
      if (left && (effect.reason === "error" || effect.reason === "stall")) this.events.switched(left, link, effect.reason);
      else this.events.started(link);
      void this.#load(link, effect.position);
    }
    this.events.changed();
  }

  async #load(link: Link, position: number): Promise<void> {
    const turn = ++this.#loads;
    this.#player ??= this.create().then((player) => this.#listen(player));
    const player = await this.#player;
    if (turn !== this.#loads) return;
    await player.load({ url: link.play_url ?? link.url, container: link.container }, position);
    if (turn !== this.#loads) return;
    const start = await player.play();
    this.events.silent(start === "silent");
    if (start === "blocked") this.#meet({ type: "paused" });
  }

  #listen(player: PlayerAdapter): PlayerAdapter {
    this.#live = player;
    player.on("waiting", () => this.#meet({ type: "waiting", now: Date.now() }));
    player.on("progress", (position) => this.#meet({ type: "progress", position }));
    player.on("paused", () => this.#meet({ type: "paused" }));
    player.on("ended", () => this.#meet({ type: "paused" }));
    player.on("error", (code) => this.#meet({ type: "error", now: Date.now() }, faultOf(code)));
    player.on("muted", (muted) => {
      if (!muted) this.events.silent(false);
    });
    return player;
  }
}
