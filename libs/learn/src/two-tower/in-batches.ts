const BATCH = 2048

/** Rows 0 … count − 1 computed a batch at a time, into one array [count, width]. */
export const inBatches = async (
  count: number,
  width: number,
  compute: (rows: Uint32Array) => Promise<Float32Array>,
): Promise<Float32Array> => {
  const out = new Float32Array(count * width)
  for (let from = 0; from < count; from += BATCH) {
    const rows = Uint32Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i)
    out.set(await compute(rows), from * width)
  }
  return out
}
