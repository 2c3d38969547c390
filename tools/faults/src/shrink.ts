/**
 * A small part of `faults` that still fails: delta debugging (Zeller, Hildebrandt, TSE 2002), within `tries` runs. As a
 * run is not a pure function of its faults, each is given only one chance.
 */
export const shrink = async <T>(
  faults: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
  tries: number,
): Promise<readonly T[]> => {
  let left = faults
  let parts = 2
  while (left.length > 1 && tries > 0) {
    const size = Math.ceil(left.length / parts)
    let smaller: readonly T[] | undefined
    for (let at = 0; at < left.length && tries > 0; at += size) {
      const without = [...left.slice(0, at), ...left.slice(at + size)]
      tries--
      if (!(await fails(without))) continue
      smaller = without
      break
    }
    if (smaller !== undefined) {
      left = smaller
      parts = Math.max(2, parts - 1)
    } else if (size === 1) break
    else parts = Math.min(left.length, parts * 2)
  }
  return left
}
