// Language and colours: remembered in a cookie, changed without a visit to the server where possible.

const YEAR_S = 31_536_000;

export function listenToPreferences(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-preference]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      const cookie = form.dataset["preference"];
      if (!(button instanceof HTMLButtonElement) || !cookie) return;
      event.preventDefault();
      const secure = window.location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `${cookie}=${encodeURIComponent(button.value)}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
      if (cookie === "ws_theme") showTheme(form, button.value);
      else window.location.reload();
    });
  }
}

function showTheme(form: HTMLFormElement, theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}
