// Scrapes that this page orders: by a person's press, or by itself when nothing is left to play.

import { turnOf, type Search } from "../domain/search.ts";
import { orderScrape } from "../scrape.ts";
import type { Job, Snapshot } from "../types.ts";

export interface OrdersOptions {
  snapshot: () => Snapshot;
  /** What an order changed of what is known. */
  learned: (part: Partial<Snapshot>) => void;
  /** A search of the player itself has come to nothing. */
  gaveUp: () => void;
  changed: () => void;
}

export class Orders {
  /** Why the last order was not taken, as a code; null when it was. */
  refusal: string | null = null;
  ordering = false;
  #search: Search | null = null;
  #ordered: number | null = null;

  constructor(private readonly options: OrdersOptions) {}

  /** Nothing plays from now on: find links, once until something has played. */
  search(now: number): void {
    this.#search ??= { since: now, jobId: null, refused: false, ordered: this.#ordered };
    this.refusal = null;
    this.look(now);
  }

  /** Something plays again. */
  settle(): void {
    this.#search = null;
  }

  /** A person wants another search. */
  renew(): void {
    this.#search = null;
    this.#ordered = null;
  }

  /** Ask again what is to be done: something has changed, or time has passed. */
  look(now: number): void {
    if (!this.#search || this.ordering) return;
    const turn = turnOf(this.#search, this.options.snapshot(), now);
    // a page that nobody sees, such as one opened in the background, orders nothing
    if (turn === "order" && !document.hidden) {
      this.#ordered = now;
      void this.order();
    } else if (turn === "give_up") this.options.gaveUp();
  }

  async order(): Promise<void> {
    if (this.ordering) return;
    this.ordering = true;
    this.refusal = null;
    this.options.changed();
    const snapshot = this.options.snapshot();
    const answer = await orderScrape(snapshot.episode_id);
    this.ordering = false;
    if (answer.type === "accepted") {
      this.#taken(answer.job, this.options.snapshot());
    } else if (answer.type === "cooldown" && answer.retryAt) {
      this.options.learned({ cooldown_until: answer.retryAt });
    } else {
      this.refusal = answer.type === "refused" ? answer.code : "cooldown";
      if (this.#search) this.#search = { ...this.#search, refused: true };
    }
    this.options.changed();
    this.look(Date.now());
  }

  #taken(job: Job, known: Snapshot): void {
    if (this.#search) this.#search = { ...this.#search, jobId: job.id };
    // the live line may already have told more about this job than the answer does
    if (known.job?.id !== job.id) this.options.learned({ job });
  }
}
