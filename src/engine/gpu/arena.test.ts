import { describe, expect, it } from "vitest";
import { CounterRandom, STREAM } from "../../domain/random";
import { ALIGNMENT, type Piece, place } from "./arena";

const piece = (bytes: number, first: number, last: number, apart: readonly number[] = []): Piece => ({
  bytes,
  first,
  last,
  apart: new Set(apart),
});

describe("place", () => {
  it("reuses bytes of what is no longer used", () => {
    const { banks, places } = place([piece(1024, 0, 1), piece(1024, 2, 3)]);
    expect(banks).toEqual([1024]);
    expect(places).toEqual([
      { bank: 0, offset: 0 },
      { bank: 0, offset: 0 },
    ]);
  });

  it("keeps what lives together apart, and aligns it", () => {
    const { banks, places } = place([piece(100, 0, 2), piece(300, 1, 2)], 768);
    expect(new Set(places.map(({ bank, offset }) => `${bank}:${offset}`)).size).toBe(2);
    for (const { offset } of places) expect(offset % ALIGNMENT).toBe(0);
    expect(banks.reduce((a, b) => a + b)).toBe(768);
  });

  it("puts what one dispatch writes and reads into different banks", () => {
    const { banks, places } = place([piece(256, 0, 1), piece(256, 1, 2, [0])]);
    expect(places[0]?.bank).not.toBe(places[1]?.bank);
    expect(banks).toEqual([256, 256]);
  });

  it("never lets two living pieces overlap, nor forbidden ones share a bank", () => {
    const random = new CounterRandom(1, STREAM.check);
    const apart = Array.from({ length: 300 }, () => new Set<number>());
    const pieces = apart.map((set, i): Piece => {
      const first = random.below(100, 4 * i);
      if (i > 0) {
        const other = random.below(i, 4 * i + 1);
        set.add(other);
        apart[other]?.add(i);
      }
      return { bytes: 4 + random.below(5000, 4 * i + 2), first, last: first + random.below(20, 4 * i + 3), apart: set };
    });
    const { banks, places } = place(pieces);
    for (const [i, a] of pieces.entries())
      for (const [j, b] of pieces.entries()) {
        const [p, q] = [places[i], places[j]];
        if (!p || !q || i >= j || p.bank !== q.bank) continue;
        expect(a.apart.has(j)).toBe(false);
        const together = a.first <= b.last && b.first <= a.last;
        if (together) expect(p.offset + a.bytes <= q.offset || q.offset + b.bytes <= p.offset).toBe(true);
      }
    for (const [i, { bank, offset }] of places.entries())
      expect(offset + (pieces[i]?.bytes ?? 0)).toBeLessThanOrEqual(banks[bank] ?? 0);
  });
});
