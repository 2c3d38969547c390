/** Counts of what went wrong, by its kind. */
export const kinds = () => {
  const counts = new Map<string, number>()
  return {
    count: (kind: string): void => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
    figure: () => {
      const value = [...counts.values()].reduce((sum, n) => sum + n, 0)
      const note = [...counts].map(([kind, n]) => `${n} ${kind}`).join(', ')
      return { value, unit: 'requests', ...(value > 0 && { note }) }
    },
  }
}

export type Kinds = ReturnType<typeof kinds>
