// One episode on the player page: holds what is known, listens to what happens, and draws both.

import { NO_PROGRESS, advance } from "../domain/progress.ts";
import { isLive, secondsUntil, viewOf } from "../domain/view.ts";
import { byId, h, replace } from "../element.ts";
import { clock, duration, failure, t, whyABrowser } from "../i18n.ts";
import { Lifetime } from "../lifetime.ts";
import { Live } from "../live.ts";
import type { PlayerAdapter } from "./adapter.ts";
import { Beacon } from "./beacon.ts";
import { kept } from "./kept.ts";
import { Orders } from "./orders.ts";
import { Overlay } from "./overlay.ts";
import { Playback } from "./playback.ts";
import { linkName, serverList } from "./servers.ts";
import { scrapeButton, stagePanel } from "./stage.ts";
import { rowName, rowWords, stepList } from "./steps.ts";
import { Furniture } from "../room/furnish.ts";
import type { Snapshot, Step } from "../types.ts";

export interface EpisodeOptions {
  /** The player, which is made for the first episode that has something to play. */
  player: () => Promise<PlayerAdapter>;
  /** Show another episode. */
  go: (url: string) => void;
}

export class EpisodePage {
  readonly #life = new Lifetime();
  readonly #page = byId("watch");
  #snapshot: Snapshot = JSON.parse(byId("snapshot").textContent ?? "") as Snapshot;
  #progress = NO_PROGRESS;
  #overlay: Overlay | null = null;

  readonly #beacon = new Beacon(this.#page.dataset["playsUrl"] ?? "", this.#snapshot.episode_id);

  readonly #room = new Furniture({
    snapshot: () => this.#snapshot,
    current: () => this.#playback.current,
    player: () => (byId("video").hidden ? null : this.#playback.player),
    go: (url) => this.options.go(url),
  }, this.#life);

  readonly #playback = new Playback(
    async () => {
      const player = await this.options.player();
      if (this.#life.signal.aborted) return player;
      byId("video").hidden = false;
      return this.#room.take(player);
    },
    kept,
    {
      changed: () => this.#draw(),
      started: (link) => {
        byId("note").textContent = "";
        this.#say(t("now_playing", { link: linkName(link) }));
      },
      switched: (from, to, reason) => this.#note(from.id === to.id
        ? t("switched.again", { to: linkName(to) })
        : t(`switched.${reason}`, { from: linkName(from), to: linkName(to) })),
      renewed: (from, to) => this.#note(t(from.id === to.id ? "renewed.same" : "renewed.other", { from: linkName(from), to: linkName(to) })),
      found: (link) => this.#note(t("found", { link: linkName(link) })),
      searching: () => {
        byId("note").textContent = "";
        this.#orders.search(Date.now());
      },
      silent: (silent) => (byId("unmute").hidden = !silent),
      met: (moment) => this.#beacon.met(moment),
    }, this.#room.beginsAt, this.#life);

  readonly #orders = new Orders({
    snapshot: () => this.#snapshot,
    learned: (part) => (this.#snapshot = { ...this.#snapshot, ...part }),
    gaveUp: () => this.#playback.giveUp(),
    changed: () => this.#draw(),
  });

  readonly #live = new Live({
    liveUrl: this.#page.dataset["liveUrl"] ?? "",
    episodeId: this.#snapshot.episode_id,
    onSnapshot: (snapshot) => this.#take(snapshot),
    onStep: (step) => this.#takeStep(step),
    onConnection: (connected) => (byId("connection").textContent = connected ? "" : t("connection.lost")),
  });

  constructor(private readonly options: EpisodeOptions) {}

  start(): void {
    const { signal } = this.#life;
    byId("unmute").addEventListener("click", () => this.#playback.player?.mute(false), { signal });
    this.#take(this.#snapshot);
    this.#live.start(signal);
    this.#life.every(1000, () => this.#look());
    document.addEventListener("visibilitychange", () => this.#look(), { signal });
    document.addEventListener("fullscreenchange", () => this.#draw(), { signal });
  }

  /** Another episode takes the page over: what was going on here ends. */
  leave(): void {
    this.#room.leave();
    this.#life.end();
    this.#playback.player?.leave();
  }

  /** Tell whoever looks or listens that this is another episode than a moment ago. */
  introduce(): void {
    this.#say(document.title);
    this.#room.introduce();
  }

  #take(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#playback.offer(this.#room.arranged(snapshot));
    this.#look();
  }

  #look(): void {
    const { phase, moved } = this.#playback.state;
    if (phase === "searching" || phase === "exhausted") this.#orders.look(Date.now());
    // links that fail at once are no reason to look for others again and again
    else if (moved) this.#orders.settle();
    this.#draw();
  }

  #takeStep(step: Step): void {
    this.#progress = advance(this.#progress, step);
    const row = this.#progress.rows.find((other) => other.quality === step.quality);
    if (row && step.step !== "verifying") this.#say(`${rowName(row)}: ${rowWords(row)}`);
    this.#draw();
  }

  #draw(): void {
    if (this.#life.signal.aborted) return;
    const now = Date.now();
    const snapshot = this.#snapshot;
    const playback = this.#playback;
    const view = viewOf(snapshot, playback.state);
    const bound = secondsUntil(snapshot.cooldown_until, now) > 0;
    const steps = () => stepList(this.#progress, snapshot.job, now, bound ? "scraping.checking" : "scraping.asking");
    const order = { snapshot, now, ordering: this.#orders.ordering, onScrape: () => void this.#orders.order() };
    this.#page.dataset["view"] = view;
    this.#page.dataset["phase"] = playback.state.phase;
    place(view === "ready" && playback.player !== null);
    replace(byId("stage-panel"), stagePanel({
      ...order, view, position: playback.position, refusal: this.#orders.refusal, steps, tried: playback.tried,
      onRetry: () => {
        this.#orders.renew();
        playback.retry();
      },
      jobsUrl: this.#page.dataset["jobsUrl"] ?? null,
    }));
    const servers = () => serverList({
      links: playback.order(snapshot.links), current: view === "ready" ? playback.current : null,
      hasFailed: (link) => playback.hasFailed(link), onPick: (id) => this.#pick(id), now,
      onAutomatic: playback.state.manual ? () => playback.automatic() : null,
    });
    replace(byId("servers"), servers());
    if (playback.player) this.#overlay ??= new Overlay(playback.player.frame(), () => this.#draw(), this.#life.signal);
    this.#overlay?.draw(playback.current?.quality ? `${playback.current.quality}p` : t("menu.short"), servers);
    const refreshing = view === "ready" && isLive(snapshot.job);
    replace(byId("side-steps"), refreshing && h("h3", {}, t("refreshing")), refreshing && steps());
    replace(byId("side-foot"), ...(view === "ready" ? this.#foot(now, refreshing, order) : []));
  }

  #foot(now: number, refreshing: boolean, order: Parameters<typeof scrapeButton>[0]): (HTMLElement | null)[] {
    const { server_info: info, job } = this.#snapshot;
    const current = this.#playback.current;
    const left = secondsUntil(current?.expires_at ?? null, now);
    const life = !current?.expires_at ? t("good_for_unknown") : left > 0 ? t("good_for", { time: duration(left) }) : t("expired_playing");
    const short = info.server_count > 0 && info.server_count < info.minimum;
    const problem = this.#orders.refusal ?? (job?.state === "failed" ? (job.error_code ?? "other") : null);
    return [
      current && h("p", { class: "life" }, life),
      short ? h("p", { class: "quiet" }, t("too_few", { count: info.server_count, minimum: info.minimum })) : null,
      problem && !refreshing ? h("p", { class: "quiet refusal" }, this.#orders.refusal ? failure(problem).reason : t("failed.note", { reason: failure(problem).reason })) : null,
      job?.browser_because && !refreshing ? h("p", { class: "quiet" }, t("browser.note", { why: whyABrowser(job.browser_because) })) : null,
      refreshing ? null : scrapeButton(order, "refresh", true),
    ];
  }

  #pick(id: number): void {
    this.#overlay?.close();
    this.#playback.pick(id);
  }

  #note(text: string): void {
    byId("note").textContent = `${text} (${clock(this.#playback.position)})`;
    this.#overlay?.say(text);
  }

  #say(text: string): void {
    byId("announcer").textContent = text;
  }
}

/** Show the picture, or what stands in its place: in full screen that lies over the picture, which is all there is to see. */
function place(hasPicture: boolean): void {
  const [video, panel] = [byId("video"), byId("stage-panel")];
  const full = document.fullscreenElement;
  const home = full && video.contains(full) ? full : byId("stage");
  video.hidden = !hasPicture && home !== full;
  if (panel.parentElement === home) return;
  if (home === full) full.append(panel);
  else video.after(panel);
}
