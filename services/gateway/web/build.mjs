// Bundles scripts and style sheets into ../wellspring_gateway/static/dist with hashed names and a manifest.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { videojsFont } from "./build/videojs-font.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../wellspring_gateway/static/dist");

/** Writes manifest.json: logical name ("site.js") to file name ("site-1A2B.js"). */
const manifest = {
  name: "manifest",
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length > 0) return;
      const names = {};
      for (const [path, output] of Object.entries(result.metafile.outputs)) {
        if (!output.entryPoint || path.endsWith(".map")) continue;
        const logical = basename(output.entryPoint).replace(/\.ts$/, ".js");
        names[logical] = relative(dist, join(here, path));
      }
      await writeFile(join(dist, "manifest.json"), `${JSON.stringify(names, null, 2)}\n`);
    });
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: ["src/site.ts", "src/player.ts", "styles/site.css", "styles/player.css"],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: relative(here, dist),
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  minify: true,
  sourcemap: "linked",
  metafile: true,
  legalComments: "linked",
  loader: { ".woff": "file" },
  logLevel: "info",
  plugins: [videojsFont, manifest],
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
if (process.argv.includes("--watch")) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
