// Searching while somebody types: the server's own list, under its own address.

import { fetchPage } from "../connection.ts";
import { addressOfFields, patience } from "../domain/library.ts";
import { t } from "../i18n.ts";
import { part, read, take } from "./parts.ts";

const PAUSE_MS = 250;
const PARTS = ["count", "sort", "results"] as const;
const TOO_MANY = 429;

export class Search {
  #timer: number | undefined;
  #asking: AbortController | null = null;
  #shown: string;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly box: HTMLInputElement,
    private readonly onShown: () => void,
  ) {
    this.#shown = this.#wanted();
  }

  start(): void {
    // Letters of Korean and Japanese are put together first: half of one is no search.
    this.box.addEventListener("input", (event) => {
      if (!(event instanceof InputEvent && event.isComposing)) this.#soon(PAUSE_MS);
    });
    this.box.addEventListener("compositionend", () => this.#soon(PAUSE_MS));
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || this.box.value === "") return;
      event.preventDefault();
      this.box.value = "";
      this.#soon(0);
    });
    this.form.addEventListener("change", (event) => {
      if (event.target !== this.box) this.#soon(PAUSE_MS);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#soon(0);
    });
    window.addEventListener("connection:back", () => this.#soon(0));
  }

  #soon(milliseconds: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), milliseconds);
  }

  #wanted(): string {
    const fields = [...new FormData(this.form)].filter((field): field is [string, string] => typeof field[1] === "string");
    return addressOfFields(this.form.action ? new URL(this.form.action).pathname : "/", fields);
  }

  async #ask(): Promise<void> {
    const address = this.#wanted();
    this.#asking?.abort();
    if (address === this.#shown) {
      this.#busy(false);
      return;
    }
    const mine = new AbortController();
    this.#asking = mine;
    this.#busy(true);
    const response = await fetchPage(address, mine.signal);
    if (mine.signal.aborted) return;
    if (response?.ok) await this.#show(address, response, mine.signal);
    else if (response?.status === TOO_MANY) this.#soon(patience(response.headers.get("retry-after")));
    // The form itself says what is wrong, with the server's words.
    else if (response && !response.ok) this.form.submit();
    if (!mine.signal.aborted) this.#busy(false);
  }

  async #show(address: string, response: Response, signal: AbortSignal): Promise<void> {
    if (response.redirected) {
      window.location.assign(response.url);
      return;
    }
    const page = await read(response);
    if (signal.aborted) return;
    this.#shown = address;
    window.history.replaceState(null, "", address);
    document.title = page.title;
    take(PARTS, page);
    this.onShown();
  }

  #busy(busy: boolean): void {
    part("results")?.setAttribute("aria-busy", String(busy));
    this.box.setAttribute("aria-label", busy ? t("library.searching") : t("library.search"));
  }
}
