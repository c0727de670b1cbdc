/** Cosine schedule: lo + (hi − lo)(1 + cos(π·t/T))/2 for t = 0..T−1 (Loshchilov and Hutter, arXiv 1608.03983, without restarts). */
export function cosineRate(hi: number, lo: number, t: number, total: number): number {
  return lo + ((hi - lo) * (1 + Math.cos((Math.PI * t) / total))) / 2;
}
