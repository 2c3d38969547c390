/** One sample of an exposition. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** The samples of an exposition in Prometheus's text format; what is none is left out. */
export const samplesOf = (text: string): readonly Sample[] =>
  text.split('\n').flatMap(line => {
    const [, name, labels = '', value] = LINE.exec(line) ?? []
    if (name === undefined) return []
    const named = [...labels.matchAll(LABEL)].map(([, key, raw]) => [key!, unescaped(raw!)])
    return [{ name, labels: Object.fromEntries(named), value: numberOf(value!) }]
  })

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))

const numberOf = (text: string): number => Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'))
