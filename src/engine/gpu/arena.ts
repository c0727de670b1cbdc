/**
 * Places the intermediate tensors of a plan in few large buffers, "banks". Two tensors share bytes when no command uses
 * both; a command that writes one and reads another finds them in different banks, since WebGPU forbids a buffer to be
 * written and read by one dispatch. Pure numbers: knows no device.
 */

/** A tensor to place. */
export interface Piece {
  readonly bytes: number;
  /** First and last command that uses it. */
  readonly first: number;
  readonly last: number;
  /** Pieces that must lie in another bank, by index. */
  readonly apart: ReadonlySet<number>;
}

export interface Layout {
  /** Bytes of each bank. */
  readonly banks: readonly number[];
  /** Where each piece lies. */
  readonly places: readonly { readonly bank: number; readonly offset: number }[];
}

/** What WebGPU's storage bindings are aligned to. */
export const ALIGNMENT = 256;

export const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

interface Bank {
  size: number;
  /** Pieces in it, by offset. */
  readonly pieces: { readonly index: number; readonly offset: number; readonly end: number }[];
}

/** The lowest offset of `bank` at which the piece disturbs none that lives at the same time. */
function lowestOffset(bank: Bank, piece: Piece, pieces: readonly Piece[]): number {
  const bytes = aligned(piece.bytes);
  let offset = 0;
  for (const other of bank.pieces) {
    const { first, last } = pieces[other.index] as Piece;
    if (first > piece.last || last < piece.first) continue;
    if (other.offset >= offset + bytes) break;
    offset = Math.max(offset, other.end);
  }
  return offset;
}

/**
 * Largest pieces first, each where it makes its bank grow least.
 * @param largestBank bytes a bank may have, unless one piece alone needs more
 */
export function place(pieces: readonly Piece[], largestBank = Number.POSITIVE_INFINITY): Layout {
  const banks: Bank[] = [];
  const places: { bank: number; offset: number }[] = pieces.map(() => ({ bank: -1, offset: 0 }));
  const order = pieces
    .map((_, i) => i)
    .sort((a, b) => (pieces[b] as Piece).bytes - (pieces[a] as Piece).bytes || a - b);
  for (const index of order) {
    const piece = pieces[index] as Piece;
    const forbidden = new Set([...piece.apart].map((other) => places[other]?.bank ?? -1));
    let best = { bank: banks.length, offset: 0, growth: aligned(piece.bytes) };
    for (const [b, bank] of banks.entries()) {
      if (forbidden.has(b)) continue;
      const offset = lowestOffset(bank, piece, pieces);
      const growth = Math.max(0, offset + aligned(piece.bytes) - bank.size);
      const better = growth < best.growth || (growth === best.growth && best.bank === banks.length);
      if (better && bank.size + growth <= largestBank) best = { bank: b, offset, growth };
      if (growth === 0) break;
    }
    if (best.bank === banks.length) banks.push({ size: 0, pieces: [] });
    const bank = banks[best.bank] as Bank;
    const end = best.offset + aligned(piece.bytes);
    bank.size = Math.max(bank.size, end);
    const at = bank.pieces.findIndex((other) => other.offset > best.offset);
    bank.pieces.splice(at < 0 ? bank.pieces.length : at, 0, { index, offset: best.offset, end });
    places[index] = { bank: best.bank, offset: best.offset };
  }
  return { banks: banks.map(({ size }) => size), places };
}
