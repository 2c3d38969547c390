/** A formula that cannot be read; `at` is the 1-based column of the text at which it stops making sense. */
export class FormulaError extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

export interface Token {
  readonly kind: 'number' | 'text' | 'column' | 'word' | 'sign' | 'end'
  /** Quotes and escapes are gone. */
  readonly text: string
  readonly at: number
}

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)`,
    String.raw`(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`,
    '(?<column>`[^`]+`)',
    String.raw`(?<word>[A-Za-z_][\w.]*)`,
    String.raw`(?<sign>[=!<>]=|[-+*/%<>()[\],?])`,
  ].join('|'),
  'y',
)

const KINDS = ['number', 'text', 'column', 'word', 'sign'] as const

const unquoted = (quoted: string): string => quoted.slice(1, -1).replace(/\\(.)/gs, '$1')

/** The tokens of a formula, the last of them of kind `end`. Throws `FormulaError`. */
export const formulaTokens = (source: string): readonly Token[] => {
  const tokens: Token[] = []
  let next = 0
  while (next < source.length) {
    TOKEN.lastIndex = next
    const match = TOKEN.exec(source)
    if (match === null) {
      const sign = source[next]!
      const remedy =
        sign === '=' ? ': equality is ==' : `'"\``.includes(sign) ? ': it is never closed' : ''
      throw new FormulaError(`unexpected ${sign}${remedy}`, next + 1)
    }
    const kind = KINDS.find(name => match.groups?.[name] !== undefined)
    if (kind !== undefined) {
      const text = kind === 'text' || kind === 'column' ? unquoted(match[0]) : match[0]
      tokens.push({ kind, text, at: next + 1 })
    }
    next += match[0].length
  }
  tokens.push({ kind: 'end', text: 'the end', at: source.length + 1 })
  return tokens
}
