// The player page: holds what is known, listens to what happens, and draws both.

import { NO_PROGRESS, advance } from "./domain/progress.ts";
import { isLive, secondsUntil, viewOf } from "./domain/view.ts";
import { byId, h, replace } from "./element.ts";
import { clock, duration, failure, readMessages, t, whyABrowser } from "./i18n.ts";
import { Live } from "./live.ts";
import { Beacon } from "./player/beacon.ts";
import { listenToKeys } from "./player/keys.ts";
import { Playback } from "./player/playback.ts";
import { linkName, serverList } from "./player/servers.ts";
import { scrapeButton, stagePanel } from "./player/stage.ts";
import { rowName, rowWords, stepList } from "./player/steps.ts";
import { orderScrape } from "./scrape.ts";
import type { Snapshot, Step } from "./types.ts";

class PlayerPage {
  readonly #page = byId("watch");
  #snapshot: Snapshot = JSON.parse(byId("snapshot").textContent ?? "") as Snapshot;
  #progress = NO_PROGRESS;
  #refusal: string | null = null;
  #ordering = false;

  readonly #beacon = new Beacon(this.#page.dataset["playsUrl"] ?? "", this.#snapshot.episode_id);

  readonly #playback = new Playback(
    async () => {
      const { createVideoJs } = await import("./player/videojs.ts");
      byId("video").hidden = false;
      return createVideoJs(byId("video"));
    },
    {
      changed: () => this.#draw(),
      started: (link) => {
        byId("note").textContent = "";
        this.#say(t("now_playing", { link: linkName(link) }));
      },
      switched: (from, to, reason) => this.#note(t(`switched.${reason}`, { from: linkName(from), to: linkName(to) })),
      silent: (silent) => (byId("unmute").hidden = !silent),
      met: (moment) => this.#beacon.met(moment),
    });

  readonly #live = new Live({
    liveUrl: this.#page.dataset["liveUrl"] ?? "",
    episodeId: this.#snapshot.episode_id,
    onSnapshot: (snapshot) => this.#take(snapshot),
    onStep: (step) => this.#takeStep(step),
    onConnection: (connected) => (byId("connection").textContent = connected ? "" : t("connection.lost")),
  });

  start(): void {
    const keys = byId<HTMLDialogElement>("keys");
    const help = () => keys.showModal();
    byId("keys-open").addEventListener("click", help);
    byId("unmute").addEventListener("click", () => this.#playback.player?.mute(false));
    listenToKeys({
      player: () => (byId("video").hidden ? null : this.#playback.player),
      prevUrl: this.#page.dataset["prevUrl"], nextUrl: this.#page.dataset["nextUrl"], onHelp: help,
    });
    this.#take(this.#snapshot);
    this.#live.start();
    window.setInterval(() => this.#draw(), 1000);
  }

  #take(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#playback.offer(snapshot);
    this.#draw();
  }

  #takeStep(step: Step): void {
    this.#progress = advance(this.#progress, step);
    const row = this.#progress.rows.find((other) => other.quality === step.quality);
    if (row && step.step !== "verifying") this.#say(`${rowName(row)}: ${rowWords(row)}`);
    this.#draw();
  }

  async #order(): Promise<void> {
    if (this.#ordering) return;
    this.#ordering = true;
    this.#refusal = null;
    this.#draw();
    const answer = await orderScrape(this.#snapshot.episode_id);
    this.#ordering = false;
    if (answer.type === "accepted") {
      // The live line may already have told more about this job than the answer does.
      if (this.#snapshot.job?.id !== answer.job.id) this.#snapshot = { ...this.#snapshot, job: answer.job };
    } else if (answer.type === "cooldown" && answer.retryAt) {
      this.#snapshot = { ...this.#snapshot, cooldown_until: answer.retryAt };
    } else {
      this.#refusal = answer.type === "refused" ? answer.code : "cooldown";
    }
    this.#draw();
  }

  #draw(): void {
    const now = Date.now();
    const snapshot = this.#snapshot;
    const view = viewOf(snapshot, this.#playback.exhausted);
    const steps = () => stepList(this.#progress, snapshot.job!, now);
    const order = { snapshot, now, ordering: this.#ordering, onScrape: () => void this.#order() };
    this.#page.dataset["view"] = view;
    byId("video").hidden = view !== "ready" || this.#playback.player === null;
    replace(byId("stage-panel"), stagePanel({
      ...order, view, position: this.#playback.position, refusal: this.#refusal, steps,
      onRetry: () => this.#playback.retry(),
      jobsUrl: this.#page.dataset["jobsUrl"] ?? null,
    }));
    replace(byId("servers"), serverList({
      links: snapshot.links, current: view === "ready" ? this.#playback.current : null,
      hasFailed: (link) => this.#playback.hasFailed(link), onPick: (id) => this.#playback.pick(id), now,
    }));
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
    const problem = this.#refusal ?? (job?.state === "failed" ? (job.error_code ?? "other") : null);
    return [
      current && h("p", { class: "life" }, life),
      short ? h("p", { class: "quiet" }, t("too_few", { count: info.server_count, minimum: info.minimum })) : null,
      problem && !refreshing ? h("p", { class: "quiet refusal" }, this.#refusal ? failure(problem).reason : t("failed.note", { reason: failure(problem).reason })) : null,
      job?.browser_because && !refreshing ? h("p", { class: "quiet" }, t("browser.note", { why: whyABrowser(job.browser_because) })) : null,
      refreshing ? null : scrapeButton(order, "refresh", true),
    ];
  }

  #note(text: string): void {
    byId("note").textContent = `${text} (${clock(this.#playback.position)})`;
  }

  #say(text: string): void {
    byId("announcer").textContent = text;
  }
}

readMessages();
new PlayerPage().start();
