// A title's page: asking for fresh links without leaving it, and watching how they are found.

import { fetchPage } from "./connection.ts";
import { csrfToken } from "./api/client.ts";
import { clock, t } from "./i18n.ts";
import { part, read, take } from "./library/parts.ts";
import type { Step } from "./types.ts";

const EVERY_MS = 3000;
const PARTS = ["working", "film", "seasons"] as const;

export function watchLinks(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-refresh-links]");
  if (form) new Links(form).start();
}

class Links {
  #streams = new Map<string, EventSource>();
  #timer: number | undefined;
  #countdown: number | undefined;
  #words: string;
  #button: HTMLButtonElement | null;

  constructor(private readonly form: HTMLFormElement) {
    this.#button = form.querySelector("button");
    this.#words = this.#button?.textContent?.trim() ?? "";
  }

  start(): void {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#button?.getAttribute("aria-disabled") !== "true") void this.#ask();
    });
    window.addEventListener("pagehide", () => this.#leave());
    window.addEventListener("connection:back", () => void this.#look());
    this.#settle();
  }

  async #ask(): Promise<void> {
    this.#off(this.#words);
    const body = new URLSearchParams([...new FormData(this.form)].map(([name, value]) => [name, String(value)]));
    body.set("csrf_token", csrfToken());
    const response = await fetch(this.form.action, { method: "POST", body, credentials: "same-origin", headers: { accept: "text/html" } }).catch(() => null);
    this.#on();
    if (response === null) {
      await this.#look();
      return;
    }
    // What was refused for another reason is told on a page of its own.
    if (!response.ok) this.form.submit();
    else take(PARTS, await read(response));
    this.#settle();
  }

  async #look(): Promise<void> {
    if (document.hidden) return;
    const address = new URL(window.location.href);
    for (const name of ["wait", "none"]) address.searchParams.delete(name);
    const response = await fetchPage(`${address.pathname}${address.search || "?"}${address.search ? "&" : ""}asked=1`);
    if (response?.ok) take(PARTS, await read(response));
  }

  /** Follow what runs, and ask again until nothing does. */
  #settle(): void {
    window.clearTimeout(this.#timer);
    const episodes = part("working")?.querySelector<HTMLElement>("[data-episodes]")?.dataset["episodes"]?.split(" ") ?? [];
    for (const [episode, stream] of this.#streams) if (!episodes.includes(episode)) this.#close(episode, stream);
    for (const episode of episodes) if (!this.#streams.has(episode)) this.#follow(episode);
    if (episodes.length > 0) this.#timer = window.setTimeout(() => void this.#look().finally(() => this.#settle()), EVERY_MS);
    this.#wait();
  }

  #follow(episode: string): void {
    const stream = new EventSource(`/api/v1/live?episode=${encodeURIComponent(episode)}`);
    this.#streams.set(episode, stream);
    stream.addEventListener("step", (event) => {
      const step = JSON.parse(event.data) as Step;
      const steps = part("steps");
      if (steps) steps.textContent = `${step.quality ? `${step.quality}p: ` : ""}${words(step)}`;
      if (step.step === "finished" || step.step === "failed") void this.#look().finally(() => this.#settle());
    });
  }

  #close(episode: string, stream: EventSource): void {
    stream.close();
    this.#streams.delete(episode);
    const steps = part("steps");
    if (steps && this.#streams.size === 0) steps.textContent = "";
  }

  #leave(): void {
    window.clearTimeout(this.#timer);
    for (const [episode, stream] of this.#streams) this.#close(episode, stream);
  }

  /** The cooldown counts down on the button itself. */
  #wait(): void {
    const told = part("working")?.querySelector<HTMLElement>("[data-wait]");
    const until = Date.now() + 1000 * Number(told?.dataset["wait"] ?? 0);
    if (!told || this.#countdown !== undefined) return;
    const tick = (): void => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left > 0) {
        this.#off(t("cooldown", { time: clock(left) }));
        return;
      }
      window.clearInterval(this.#countdown);
      this.#countdown = undefined;
      told.remove();
      this.#on();
    };
    this.#countdown = window.setInterval(tick, 1000);
    tick();
  }

  #off(label: string): void {
    this.#button?.setAttribute("aria-disabled", "true");
    this.#label(label);
  }

  #on(): void {
    this.#button?.removeAttribute("aria-disabled");
    this.#label(this.#words);
  }

  #label(label: string): void {
    const here = this.#button?.querySelector("span");
    if (here && here.textContent !== label) here.textContent = label;
  }
}

function words(step: Step): string {
  const host = step.step === "fetching" && step.host ? "step.fetching_host" : `step.${step.step}`;
  return t(host, { host: step.host ?? "", server: step.server ?? "", count: step.count ?? 0, why: "" });
}
