// Signs for the row under the picture, on the grid of the pages' own: always beside words, so hidden from screen readers.

const PATHS = {
  theatre: ["M3.5 6.5h17v11h-17z"],
  pip: ["M20.5 11V6a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 6v10A1.5 1.5 0 0 0 5 17.5h5", "M13 13.5h7.5v6H13z"],
  stats: ["M5.5 19.5v-6", "M12 19.5v-15", "M18.5 19.5v-9"],
  file: ["M13.5 4H7a1.5 1.5 0 0 0-1.5 1.5v13A1.5 1.5 0 0 0 7 20h10a1.5 1.5 0 0 0 1.5-1.5V9z", "M13.5 4v5h5"],
} as const;

const SVG = "http://www.w3.org/2000/svg";
const LOOKS = {
  class: "icon", viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "1.8",
  "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
};

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGElement {
  const drawn = document.createElementNS(SVG, "svg");
  for (const [attribute, value] of Object.entries(LOOKS)) drawn.setAttribute(attribute, value);
  for (const line of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    drawn.append(path);
  }
  return drawn;
}
