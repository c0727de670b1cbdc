/**
 * Chooses the pictures of Emoji-8 from three emoji sets. Plain data in, plain data out: no files and no rasteriser here.
 *
 * The sets are joined by code points, not by names, because the artists name some emoji differently
 * ("mage", "person-mage"): joined by names, one emoji could stand in two splits.
 */

/** The eight Unicode groups that are classes; Flags is left out. The index is the label. */
export const CLASSES = [
  "Smileys & Emotion",
  "People & Body",
  "Animals & Nature",
  "Food & Drink",
  "Travel & Places",
  "Activities",
  "Objects",
  "Symbols",
];
export const MAX_NAMES = 250;
const MIN_ARTISTS = 2;
/** The five skin tones, which only repeat an emoji in another colour. */
const SKIN_TONE = /(^|-)1f3f[b-f](-|$)/;

/**
 * @typedef {object} IconSet
 * @property {string} prefix the set's id
 * @property {Record<string, string>} chars code points ("1f9d1-200d-1f3a8") to icon name
 * @property {Record<string, readonly string[]>} categories group to icon names
 *
 * @typedef {{ points: string, name: string, label: number, icons: ReadonlyMap<number, string> }} Emoji
 * `icons`: index of the set to the icon's name there.
 */

/**
 * Every emoji of the eight groups that at least two artists drew.
 * @param {readonly IconSet[]} sets
 * @returns {Emoji[]}
 */
export function joinSets(sets) {
  return joinByCodePoints(sets).filter(({ icons }) => icons.size >= MIN_ARTISTS);
}

/**
 * Leaves out drawings that repeat an earlier one to the last pixel (kept twice, one drawing could stand in two splits),
 * then the emoji with too few drawings left, then what a class has too many of.
 * @param {readonly Emoji[]} emoji
 * @param {(emoji: Emoji, artist: number) => string} pixelsOf
 * @returns {Emoji[]} in the order of classes, then code points
 */
export function chooseEmoji(emoji, pixelsOf) {
  const seen = new Set();
  const isNew = (/** @type {string} */ pixels) => {
    const known = seen.has(pixels);
    seen.add(pixels);
    return !known;
  };
  const distinct = [...emoji]
    .sort((a, b) => order(a.points, b.points))
    .map((one) => ({
      ...one,
      icons: new Map([...one.icons].filter(([artist]) => isNew(pixelsOf(one, artist)))),
    }));
  return CLASSES.flatMap((_, label) =>
    distinct
      .filter((one) => one.label === label && one.icons.size >= MIN_ARTISTS)
      .sort((a, b) => order(scramble(a.points), scramble(b.points)) || order(a.points, b.points))
      .slice(0, MAX_NAMES)
      .sort((a, b) => order(a.points, b.points)),
  );
}

/** @param {readonly IconSet[]} sets @returns {Emoji[]} */
function joinByCodePoints(sets) {
  /** @type {Map<string, { icons: Map<number, string>, groups: string[] }>} */
  const joined = new Map();
  sets.forEach((set, artist) => {
    const groupOf = new Map(
      Object.entries(set.categories).flatMap(([group, names]) => names.map((name) => [name, group])),
    );
    for (const [points, name] of Object.entries(set.chars)) {
      const group = groupOf.get(name);
      if (group === undefined || SKIN_TONE.test(points)) continue;
      const entry = joined.get(points) ?? { icons: new Map(), groups: [] };
      entry.icons.set(artist, name);
      entry.groups.push(group);
      joined.set(points, entry);
    }
  });
  return [...joined].flatMap(([points, { icons, groups }]) => {
    const label = CLASSES.indexOf(mostFrequent(groups));
    const name = [...icons.values()][0] ?? points;
    return label < 0 ? [] : { points, name, label, icons };
  });
}

/** A few emoji stand in different groups in different sets; the majority decides, the first set in a tie. @param {string[]} groups */
function mostFrequent(groups) {
  const votes = (/** @type {string} */ group) => groups.filter((other) => other === group).length;
  return groups.reduce((best, group) => (votes(group) > votes(best) ? group : best));
}

/** FNV-1a: a fixed shuffle, so that a class with too many names keeps a fair sample of them. @param {string} text */
function scramble(text) {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
}

/** @template {string | number} T @param {T} a @param {T} b */
function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
