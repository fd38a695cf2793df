// Video.js embeds its icon font as a data: address, which a strict font-src refuses; this makes it a file again.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const videojsFont = {
  name: "videojs-font",
  setup(build) {
    build.onLoad({ filter: /video-js\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const font = require.resolve("videojs-font/fonts/VideoJS.woff");
      const contents = css.replace(/url\(data:application\/font-woff[^)]*\)/, () => `url("${font}")`);
      if (contents === css) return { errors: [{ text: "Video.js no longer embeds its font: drop this plugin" }] };
      return { contents, loader: "css" };
    });
  },
};
