// Says "Korean" where the server wrote "ko".

import { languageName } from "./i18n.ts";

export function nameLanguages(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-language]")) {
    element.textContent = languageName(element.dataset["language"] ?? "");
  }
}
