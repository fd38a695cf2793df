// The library's page: searched while somebody types, and endless.

import { Endless } from "./endless.ts";
import { Search } from "./search.ts";

export function browseLibrary(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-library]");
  const box = form?.querySelector<HTMLInputElement>('input[type="search"]');
  if (!form || !box) return;
  const endless = new Endless();
  endless.start();
  new Search(form, box, () => endless.renew()).start();
}
