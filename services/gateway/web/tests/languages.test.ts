import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenOf } from "../src/domain/languages.ts";

test("subtitles come in the language chosen last, and not at all for who chose none", () => {
  const offered = [{ key: "1", language: "en" }, { key: "2", language: "ko" }, { key: "3", language: "pt-BR" }];
  const table: [string | null, string | null][] = [
    [null, null], ["", null], ["ko", "2"], ["en-GB", "1"], ["pt", "3"], ["pt-BR", "3"], ["id", null], ["und", null],
  ];
  for (const [wanted, key] of table) assert.equal(chosenOf(offered, wanted), key, String(wanted));
});
