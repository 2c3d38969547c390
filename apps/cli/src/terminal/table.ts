/** A table in plain text; a column whose name begins with `>` is set to the right. */
export const table = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  indent = '',
): string => {
  const right = header.map(name => name.startsWith('>'))
  const lines = [header.map(name => name.replace(/^>/, '')), ...rows]
  const widths = header.map((_, at) => Math.max(...lines.map(line => line[at]!.length)))
  const pad = (cell: string, at: number): string =>
    right[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)
  return lines.map(line => (indent + line.map(pad).join('  ')).trimEnd()).join('\n')
}

/** A number as tables show it; a dash where there is none. */
export const short = (value: unknown): string =>
  typeof value !== 'number' || Number.isNaN(value)
    ? '–'
    : Number.isInteger(value)
      ? String(value)
      : value.toFixed(Math.abs(value) < 0.1 ? 4 : 3)

/** A time as `2026-11-25 14:03`, UTC. */
export const minute = (time: number): string =>
  new Date(time).toISOString().slice(0, 16).replace('T', ' ')
