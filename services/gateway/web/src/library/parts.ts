// The parts of the library's page that come anew: taken from the page that the server itself makes.

import { tellMoments } from "../moments.ts";

export function part(name: string, inside: ParentNode = document): HTMLElement | null {
  return inside.querySelector<HTMLElement>(`[data-part="${name}"]`);
}

export async function read(response: Response): Promise<Document> {
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Put the parts of another page here. What has the focus stays as it is. */
export function take(names: readonly string[], from: Document): void {
  for (const name of names) {
    const [here, next] = [part(name), part(name, from)];
    if (!here || !next || here.contains(document.activeElement) || here.innerHTML === next.innerHTML) continue;
    const chosen = next instanceof HTMLSelectElement ? next.value : "";
    here.replaceChildren(...[...next.childNodes].map((node) => document.adoptNode(node)));
    // Options that move from one list to another forget which of them was chosen.
    if (here instanceof HTMLSelectElement) here.value = chosen;
  }
  tellMoments();
}

/** Say something that only those who listen need. */
export function tell(words: string): void {
  const here = part("said");
  if (here) here.textContent = words;
}
