/** Sorts by time; the same for no two runs. */
export function newId(): string {
  const time = Date.now().toString(36).padStart(9, "0");
  const random = crypto.getRandomValues(new Uint32Array(2));
  return `${time}${Array.from(random, (n) => n.toString(36).padStart(7, "0")).join("")}`;
}
