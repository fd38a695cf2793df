// A list that goes on by itself, a page at a time, each under an address of its own.

import { fetchPage } from "../connection.ts";
import { BY_ITSELF, pageLookedAt, readPlace, type Place } from "../domain/library.ts";
import { h } from "../element.ts";
import { t } from "../i18n.ts";
import { tellMoments } from "../moments.ts";
import { part, read, tell } from "./parts.ts";

const AHEAD = "700px";
const REST_MS = 150;
const KEPT = "ws_place";
const SWITCH = "ws_by_itself";
const BONES = 6;

export class Endless {
  /** The address of each page that is shown, and its first card. */
  #pages: { address: string; first: Element | null }[] = [];
  #left = BY_ITSELF;
  #loading = false;
  #followed: string | null = null;
  #resting: number | undefined;
  #seen = new IntersectionObserver((entries) => this.#onSeen(entries), { rootMargin: AHEAD });

  start(): void {
    document.addEventListener("click", (event) => this.#onClick(event));
    window.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    window.addEventListener("pagehide", () => this.#keep());
    window.addEventListener("connection:back", () => this.#watch());
    this.renew();
    void this.#comeBack();
  }

  /** Another list is shown. */
  renew(): void {
    this.#left = BY_ITSELF;
    this.#pages = [{ address: here(), first: grid()?.firstElementChild ?? null }];
    this.#watch();
  }

  #watch(): void {
    this.#seen.disconnect();
    const link = moreLink();
    if (!link) return;
    if (!document.getElementById("by-itself")) link.after(this.#switch());
    if (wanted() && this.#left > 0) this.#seen.observe(link);
  }

  #switch(): HTMLElement {
    const toggle = h("button", {
      id: "by-itself", class: "button button-quiet button-small", type: "button", "aria-pressed": String(wanted()),
      click: () => {
        window.localStorage.setItem(SWITCH, wanted() ? "off" : "on");
        toggle.setAttribute("aria-pressed", String(wanted()));
        this.#left = BY_ITSELF;
        this.#watch();
      },
    }, t("library.by_itself"));
    return toggle;
  }

  #onSeen(entries: readonly IntersectionObserverEntry[]): void {
    if (!entries.some((entry) => entry.isIntersecting) || this.#loading) return;
    this.#left -= 1;
    void this.#more();
  }

  #onClick(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (link !== moreLink()) {
      this.#followed = link.closest(".card") ? link.getAttribute("href") : null;
      return;
    }
    event.preventDefault();
    this.#left = BY_ITSELF;
    if (!this.#loading) void this.#more().then((first) => first?.querySelector<HTMLElement>("a")?.focus());
  }

  /** Show the next page and return its first card. */
  async #more(): Promise<Element | null> {
    const link = moreLink();
    if (!link) return null;
    this.#loading = true;
    this.#seen.disconnect();
    const address = link.pathname + link.search;
    const bones = Array.from({ length: BONES }, () => h("li", { class: "card bones", "aria-hidden": "true" }, h("span", { class: "bone-poster" }), h("span", { class: "bone-words" })));
    grid()?.append(...bones);
    const response = await fetchPage(address);
    for (const bone of bones) bone.remove();
    this.#loading = false;
    // Another list may have come meanwhile, or nothing at all: the link stays for another try.
    if (!response?.ok || link !== moreLink()) return null;
    const first = this.#append(address, await read(response));
    this.#watch();
    return first;
  }

  #append(address: string, page: Document): Element | null {
    const cards = [...(grid(page)?.children ?? [])].map((card) => document.adoptNode(card));
    grid()?.append(...cards);
    const [link, next] = [moreLink(), moreLink(page)];
    if (link && next) link.href = next.href;
    else link?.closest(".more")?.remove();
    const first = cards[0] ?? null;
    this.#pages.push({ address, first });
    tellMoments();
    tell(t("library.came", { count: cards.length }));
    return first;
  }

  #onScroll(): void {
    if (this.#pages.length < 2) return;
    window.clearTimeout(this.#resting);
    this.#resting = window.setTimeout(() => {
      const tops = this.#pages.map(({ first }) => first?.getBoundingClientRect().top ?? 0);
      const looked = this.#pages[pageLookedAt(tops, window.innerHeight / 2)];
      if (looked && looked.address !== here()) window.history.replaceState(null, "", looked.address);
    }, REST_MS);
  }

  #keep(): void {
    const place: Place = { at: here(), pages: this.#pages.map(({ address }) => address), y: window.scrollY, followed: this.#followed };
    if (place.pages.length > 1) window.sessionStorage.setItem(KEPT, JSON.stringify(place));
    else window.sessionStorage.removeItem(KEPT);
  }

  /** Whoever comes back finds the pages that they had, and stands where they stood. */
  async #comeBack(): Promise<void> {
    const [visit] = performance.getEntriesByType("navigation");
    if (!(visit instanceof PerformanceNavigationTiming) || visit.type === "navigate") return;
    const place = readPlace(window.sessionStorage.getItem(KEPT), here());
    if (!place) return;
    this.#loading = true;
    this.#seen.disconnect();
    const own = document.implementation.createHTMLDocument();
    own.body.innerHTML = part("results")?.outerHTML ?? "";
    const pages = await Promise.all(place.pages.map(async (address) => {
      if (address === place.at) return own;
      const response = await fetchPage(address);
      return response?.ok ? read(response) : null;
    }));
    this.#loading = false;
    const start = pages[0];
    if (start && pages.every((page) => page !== null)) this.#rebuild(place, pages as Document[]);
    this.#watch();
  }

  #rebuild(place: Place, pages: readonly Document[]): void {
    const results = part("results");
    const start = pages[0] && part("results", pages[0]);
    if (!results || !start) return;
    results.replaceChildren(...[...start.childNodes].map((node) => document.adoptNode(node)));
    this.#pages = [{ address: place.pages[0] ?? "/", first: grid()?.firstElementChild ?? null }];
    pages.slice(1).forEach((page, index) => this.#append(place.pages[index + 1] ?? "/", page));
    tell("");
    window.scrollTo({ top: place.y, behavior: "instant" });
    if (place.followed) results.querySelector<HTMLElement>(`.card a[href="${CSS.escape(place.followed)}"]`)?.focus({ preventScroll: true });
  }
}

function here(): string {
  return window.location.pathname + window.location.search;
}

function grid(inside: ParentNode = document): Element | null {
  return inside.querySelector("ul.grid");
}

function moreLink(inside: ParentNode = document): HTMLAnchorElement | null {
  return inside.querySelector<HTMLAnchorElement>(".more a[rel=next]");
}

function wanted(): boolean {
  return window.localStorage.getItem(SWITCH) !== "off";
}
