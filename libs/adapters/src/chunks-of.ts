/** The elements in their order, `size` at a time; takes from `all` only as the chunks are asked for. */
export function* chunksOf<T>(all: Iterable<T>, size: number): Generator<readonly T[]> {
  let chunk: T[] = []
  for (const each of all) {
    if (chunk.push(each) < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
