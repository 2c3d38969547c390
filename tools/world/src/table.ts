/** A weighted choice among `size` places, renewed whole and drawn from in logarithmic time. */
export interface Table {
  fill(weight: (place: number) => number): void
  /** Sum of the weights of places `from` to `to`, exclusive; of all places by default. */
  mass(from?: number, to?: number): number
  /** The place on which `u` in (0, 1) falls among places `from` to `to`, by weight. */
  draw(u: number, from?: number, to?: number): number
}

export const createTable = (size: number): Table => {
  /** Sum of the weights before each place. */
  const before = new Float64Array(size + 1)
  return {
    fill: weight => {
      for (let place = 0; place < size; place++) before[place + 1] = before[place]! + weight(place)
    },
    mass: (from = 0, to = size) => before[to]! - before[from]!,
    draw: (u, from = 0, to = size) => {
      const target = before[from]! + u * (before[to]! - before[from]!)
      let [low, high] = [from, to - 1]
      while (low < high) {
        const middle = (low + high) >> 1
        if (before[middle + 1]! > target) high = middle
        else low = middle + 1
      }
      return low
    },
  }
}
