/** A bundle's metrics as indented text, numbers short. */
export const metricsTable = (metrics: unknown, indent = '  '): string => {
  if (typeof metrics !== 'object' || metrics === null) return `${indent}${short(metrics)}`
  return Object.entries(metrics)
    .map(([name, value]) =>
      typeof value === 'object' && value !== null
        ? `${indent}${name}\n${metricsTable(value, `${indent}  `)}`
        : `${indent}${name.padEnd(28)} ${short(value)}`,
    )
    .join('\n')
}

const short = (value: unknown): string =>
  typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(4) : String(value)
