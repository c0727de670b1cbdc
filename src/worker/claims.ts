/** Which tab a run is in. A claim ends with the worker that made it, however that ends. */

export type Release = () => void;

import { newId } from "./new-id";

/** Null when another one has it. */
export type Claim = (name: string) => Promise<Release | null>;

/** How long a worker that was ended a moment ago may still hold its claims. */
const PATIENCE_MS = 1500;

function request(locks: LockManager, name: string, options: LockOptions = {}): Promise<Release> {
  return new Promise((claimed, refused) => {
    const hold = () => new Promise<void>((release) => claimed(release));
    locks.request(name, options, hold).catch(refused);
  });
}

/** Claims something that nobody else does, for as long as the worker lives. @returns its name; null without locks */
export async function claimLife(locks: LockManager | undefined): Promise<string | null> {
  if (!locks) return null;
  const name = `searchlight-engine-${newId()}`;
  await request(locks, name);
  return name;
}

/** Where the browser has no locks, nothing is ever claimed by another one. */
export function browserClaims(locks: LockManager | undefined): Claim {
  if (!locks) return async () => () => undefined;
  return async (name) => {
    try {
      return await request(locks, name, { signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch {
      const { held = [] } = await locks.query();
      // A busy machine may have been slow to answer.
      return held.some((lock) => lock.name === name) ? null : request(locks, name);
    }
  };
}
