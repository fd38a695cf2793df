// Forms: sent once, problems first, and a scrape that can be ordered from a success message.

import { orderScrape } from "./scrape.ts";

export function listenToForms(): void {
  showProblems();
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset["sent"]) event.preventDefault();
      form.dataset["sent"] = "1";
    });
    // Coming back to a page that the browser kept: it may be sent again.
    window.addEventListener("pageshow", () => delete form.dataset["sent"]);
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-scrape-episode]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      // The player's page shows the job, and any refusal, better than this one could.
      void orderScrape(Number(link.dataset["scrapeEpisode"])).finally(() => window.location.assign(link.href));
    });
  }
}

/** Comes to what is wrong with a form, and leaves alone a page on which it is in sight already. */
function showProblems(): void {
  const summary = document.getElementById("error-summary");
  if (summary === null) return;
  summary.focus({ preventScroll: true });
  const { top, bottom } = summary.getBoundingClientRect();
  // at the top, where the form that it speaks of follows below it
  if (top < 0 || bottom > window.innerHeight) summary.scrollIntoView({ block: "start" });
}
