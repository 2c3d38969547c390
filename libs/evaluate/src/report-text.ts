import type { Cell, Report, Table } from './report.ts'

/** A report as a person reads it in a terminal. */
export const reportText = ({ title, facts, tables }: Report): string =>
  [
    title,
    ...Object.entries(facts).map(([name, fact]) => `  ${name}: ${fact}`),
    ...tables.map(table => `\n${tableText(table)}`),
  ].join('\n')

const tableText = ({ title, columns, rows, notes = [] }: Table): string => {
  const head = ['', ...columns.map(({ name, unit }) => (unit ? `${name} (${unit})` : name))]
  const lines = [head, ...rows.map(({ name, cells }) => [name, ...cells.map(cellText)])]
  const widths = head.map((_, i) => Math.max(...lines.map(line => (line[i] ?? '').length)))
  const text = lines.map(line =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
  return [title, ...text, ...notes.map(note => `  ${note}`)].join('\n')
}

/** `.2516 ±.0012 [.2490, .2543]`. */
const cellText = (cell: Cell): string => {
  if (cell === null) return '–'
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return short(cell)
  const { value, deviation, low, high } = cell
  return [
    short(value),
    ...(deviation === undefined ? [] : [`±${short(deviation)}`]),
    ...(low === undefined || high === undefined ? [] : [`[${short(low)}, ${short(high)}]`]),
  ].join(' ')
}

/** Ratios to four places without their zero, as the literature prints them; the rest to four digits. */
const short = (value: number): string => {
  if (Number.isInteger(value)) return String(value)
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) < 1) return value.toFixed(4).replace(/^(-?)0\./, '$1.')
  return value.toPrecision(Math.max(4, Math.ceil(Math.log10(Math.abs(value)))))
}
