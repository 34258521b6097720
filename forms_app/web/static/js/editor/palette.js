/** Colours on the paper. Paper is white in light and dark, so these do not follow the theme. */

const INK = {
  digits: "#1f5fbf",
  letters: "#1f5fbf",
  text: "#1f5fbf",
  number: "#1f5fbf",
  date: "#0b6b5d",
  mark: "#7a3ea1",
  choice: "#7a3ea1",
  choices: "#7a3ea1",
  signature: "#8a5a00",
  image: "#575e66",
  faulty: "#b3261e",
  selected: "#0b6b5d",
  taken: "#b35900",
  guide: "#d6336c",
};

export const inkOf = (kind) => INK[kind] ?? INK.image;
