/** A Markdown table; Prettier aligns it. Pipes in cells would end the cell. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')

export const code = (value: unknown): string => `\`${String(value)}\``
