// Language and colours: remembered in a cookie, changed without a visit to the server where possible.
// Whoever is signed in has them on every device, so the server is told too.

const YEAR_S = 31_536_000;

export function listenToPreferences(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-preference]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      const cookie = form.dataset["preference"];
      if (!(button instanceof HTMLButtonElement) || !cookie) return;
      const isKept = "kept" in form.dataset;
      if (isKept && cookie !== "ws_theme") return; // the page comes back in the other language
      event.preventDefault();
      keepInCookie(cookie, button.value);
      if (isKept) void tell(form, button);
      if (cookie === "ws_theme") showTheme(form, button.value);
      else window.location.reload();
    });
  }
}

export function keepInCookie(name: string, value: string): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
}

async function tell(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual", keepalive: true });
  } catch {
    // away for a moment: this browser has its cookie, and the next choice is told again
  }
}

function showTheme(form: HTMLFormElement, theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}
