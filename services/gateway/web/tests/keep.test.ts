import assert from "node:assert/strict";
import { test } from "node:test";
import { preferred } from "../src/domain/keep.ts";
import { link } from "./make.ts";

test("the server and quality of the episode before come first while they are well", () => {
  const links = [
    link({ id: 1, quality: 1080, server: "pixel" }), link({ id: 2, quality: 1080, server: "fsl" }),
    link({ id: 3, quality: 720, server: "pixel" }), link({ id: 4, quality: 720, server: "fsl" }),
  ];
  const ids = (choice: Parameters<typeof preferred>[1], held = links) => preferred(held, choice).map((each) => each.id);
  assert.deepEqual(ids(null), [1, 2, 3, 4]);
  assert.deepEqual(ids({ server: "fsl", quality: 720 }), [4, 3, 1, 2]);
  assert.deepEqual(ids({ server: "gone", quality: 720 }), [3, 4, 1, 2]);
  assert.deepEqual(ids({ server: "fsl", quality: 480 }), [1, 2, 3, 4]);
  const shaky = links.map((each) => (each.id === 4 ? link({ ...each, state: "suspect" }) : each));
  assert.deepEqual(ids({ server: "fsl", quality: 720 }, shaky), [3, 1, 2, 4]);
});
