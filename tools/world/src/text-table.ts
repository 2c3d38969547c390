/** A table in plain text: the first column to the left, the others to the right. */
export const textTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string => {
  const lines = [header, ...rows]
  const widths = header.map((_, at) => Math.max(...lines.map(line => line[at]!.length)))
  const pad = (cell: string, at: number) =>
    at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)
  return lines.map(line => line.map(pad).join('  ').trimEnd()).join('\n')
}
