// Obeys the failover machine: loads what it says into the player and tells it what the player meets.

import { candidateOf, candidates, ranked } from "../domain/choose.ts";
import { START, step, type Effect, type Happening, type State } from "../domain/failover.ts";
import type { Candidate, Failure } from "../domain/following.ts";
import { itFailed, itWorked, type Memory } from "../domain/memory.ts";
import { faultAt, faultOf, type Fault, type Moment } from "../domain/plays.ts";
import type { Lifetime } from "../lifetime.ts";
import type { Link, Snapshot } from "../types.ts";
import type { PlayerAdapter, Source } from "./adapter.ts";
import { listenTo } from "./doubt.ts";

export interface PlaybackEvents {
  /** Something about what plays has changed: draw again. */
  changed: () => void;
  switched: (from: Link, to: Link, reason: "error" | "stall") => void;
  /** A link gave way before it ran out; both may be of one server. */
  renewed: (from: Link, to: Link) => void;
  /** Links came, and one goes on where the last one ended. */
  found: (link: Link) => void;
  started: (link: Link) => void;
  /** Nothing is left to play. */
  searching: () => void;
  silent: (silent: boolean) => void;
  /** What counts for the statistics of plays. */
  met: (moment: Moment) => void;
}

/** Where it is kept what worked for this viewer. */
export interface Kept {
  read(): Memory;
  write(memory: Memory): void;
}

const TICK_MS = 250;

export class Playback {
  #state: State;
  #player: Promise<PlayerAdapter> | null = null;
  #live: PlayerAdapter | null = null;
  #links = new Map<number, Link>();
  /** What a link was when it was loaded: its row may hold a newer generation by now. */
  #current: Link | null = null;
  #loads = 0;

  constructor(
    private readonly create: () => Promise<PlayerAdapter>, private readonly kept: Kept, private readonly events: PlaybackEvents,
    position: number, private readonly life: Lifetime,
  ) {
    this.#state = { ...START, prefer: kept.read().quality, position };
    window.addEventListener("online", () => this.retry(), { signal: life.signal });
    life.every(TICK_MS, () => this.#tick(Date.now()));
  }

  get current(): Link | null {
    return this.#current;
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  get position(): number {
    return this.#state.position;
  }

  get player(): PlayerAdapter | null {
    return this.#live;
  }

  /** What was tried in vain, each server and quality once, the first try first. */
  get tried(): readonly { link: Link; failure: Failure }[] {
    const found = new Map<number, { link: Link; failure: Failure }>();
    for (const failure of this.#state.failures) {
      const link = this.#links.get(Number(failure.key.split(":")[0]));
      if (link) found.set(link.id, { link, failure });
    }
    return [...found.values()];
  }

  hasFailed(link: Link): boolean {
    return this.#state.failures.some(({ key }) => key === candidateOf(link).key);
  }

  /** The links in the order in which they would be played. */
  order(links: readonly Link[]): Link[] {
    return ranked(links, this.kept.read());
  }

  offer(snapshot: Snapshot): void {
    for (const link of snapshot.links) {
      this.#links.set(link.id, link);
      if (link.id === this.#current?.id && link.generation === this.#current.generation) this.#current = link;
    }
    const links = candidates(this.order(snapshot.links)).map(candidateOf);
    this.#meet({ type: "offered", links, now: Date.now() });
  }

  pick(id: number): void {
    this.#meet({ type: "picked", id, now: Date.now() });
    if (this.#state.manual) this.kept.write({ ...this.kept.read(), quality: this.#state.prefer });
    this.events.changed();
  }

  /** Leave the choice to the player again. */
  automatic(): void {
    this.#meet({ type: "automatic" });
    this.kept.write({ ...this.kept.read(), quality: null });
    this.events.changed();
  }

  /** Forget what failed, and begin again if nothing plays. */
  retry(): void {
    this.#meet({ type: "forgiven", now: Date.now() });
    this.events.changed();
  }

  giveUp(): void {
    this.#meet({ type: "gave_up" });
  }

  #tick(now: number): void {
    // a browser says once that data is missing, and may have said so at the wrong time
    if (this.#live?.isStarving()) this.#meet({ type: "waiting", now });
    this.#meet({ type: "tick", now, ahead: this.#live?.ahead() ?? 0 });
  }

  #meet(happening: Happening, fault: Fault = "stalled"): void {
    if (this.life.signal.aborted) return;
    const before = this.#state;
    const left = this.#current;
    const { state, effect } = step(before, happening);
    this.#state = state;
    if (state.moved && !before.moved && left) this.kept.write(itWorked(this.kept.read(), left));
    this.#witness(happening, effect, fault);
    this.#obey(effect, left);
    if (state.phase !== before.phase) this.events.changed();
  }

  #witness(happening: Happening, effect: Effect, fault: Fault): void {
    if (happening.type === "progress") this.events.met({ type: "moved", position: happening.position });
    if (effect.type === "search" || (effect.type === "load" && (effect.reason === "error" || effect.reason === "stall"))) {
      if (effect.left) this.#broke(effect.left, fault, effect.type === "search");
    }
    if (effect.type === "load") this.events.met({ type: "loaded", link: played(effect.link) });
  }

  #broke(link: Candidate, fault: Fault, over: boolean): void {
    const expiresAt = link.expiresAt === null ? null : new Date(link.expiresAt).toISOString();
    this.kept.write(itFailed(this.kept.read(), link));
    this.events.met({ type: "broke", link: played(link), fault: faultAt(fault, expiresAt, Date.now()), position: this.#state.position, over });
  }

  #obey(effect: Effect, left: Link | null): void {
    if (effect.type === "none") return;
    if (effect.type === "search") {
      this.#live?.pause();
      this.events.searching();
    } else {
      const link = this.#links.get(effect.link.id);
      if (!link) return;
      if (effect.type === "renew") return void this.#renew(link, left);
      if (effect.type === "doubt") return void this.#doubt(link, effect.link.key);
      this.#current = link;
      if (left && (effect.reason === "error" || effect.reason === "stall")) this.events.switched(left, link, effect.reason);
      else if (effect.reason === "found") this.events.found(link);
      else this.events.started(link);
      void this.#load(link, effect.position, effect.still);
    }
    this.events.changed();
  }

  async #load(link: Link, position: number, still: boolean): Promise<void> {
    const turn = ++this.#loads;
    this.#player ??= this.create().then((player) => this.#listen(player));
    const player = await this.#player;
    if (turn !== this.#loads || this.life.signal.aborted) return;
    await player.load(sourceOf(link), position);
    if (turn !== this.#loads || this.life.signal.aborted || still) return;
    const start = await player.play();
    this.events.silent(start === "silent");
    if (start === "blocked") this.#meet({ type: "paused" });
  }

  async #doubt(link: Link, key: string): Promise<void> {
    const heard = await listenTo(sourceOf(link));
    if (heard !== "answer") this.#meet({ type: "unheard", key, reason: heard, now: Date.now() }, heard === "error" ? "network" : "stalled");
  }

  async #renew(link: Link, left: Link | null): Promise<void> {
    const turn = this.#loads;
    const outcome = (await this.#live?.renew(sourceOf(link))) ?? "refused";
    // a load that came in between has decided already, and who left wants no more
    if (turn !== this.#loads || this.life.signal.aborted) return;
    if (outcome !== "refused") this.#current = link;
    this.#meet({ type: outcome === "refused" ? "refused" : "renewed", now: Date.now() });
    if (outcome === "broken") this.#meet({ type: "error", now: Date.now() }, "network");
    else if (outcome === "crossed" && left) this.events.renewed(left, link);
    this.events.changed();
  }

  #listen(player: PlayerAdapter): PlayerAdapter {
    this.#live = player;
    player.on("waiting", () => this.#meet({ type: "waiting", now: Date.now() }));
    player.on("progress", (position) => this.#meet({ type: "progress", position }));
    player.on("sought", (position) => this.#meet({ type: "sought", position }));
    player.on("paused", () => this.#meet({ type: "paused" }));
    player.on("ended", () => this.#meet({ type: "paused" }));
    player.on("error", (code) => this.#meet({ type: "error", now: Date.now() }, faultOf(code)));
    player.on("muted", (muted) => {
      if (!muted) this.events.silent(false);
    });
    return player;
  }
}

function sourceOf(link: Link): Source {
  return { url: link.play_url ?? link.url, container: link.container };
}

function played({ id, key }: Candidate): { id: number; generation: number } {
  return { id, generation: Number(key.split(":")[1]) };
}
