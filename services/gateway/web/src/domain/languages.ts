// Which subtitles a viewer wants without being asked: pure.

export interface Offered {
  key: string;
  language: string;
}

/**
 * The key of those in the language chosen last, null for none: nobody who never chose gets any. "pt-BR" does for "pt".
 */
export function chosenOf(offered: readonly Offered[], wanted: string | null): string | null {
  if (!wanted) return null;
  const base = (language: string) => language.split("-")[0];
  const found = offered.find((each) => each.language === wanted) ?? offered.find((each) => base(each.language) === base(wanted));
  return found?.key ?? null;
}
