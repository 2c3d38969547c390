/** One tunable: all that the reference page, the validation and the server know of it. */
export type Setting =
  | {
      readonly type: 'number'
      readonly default: number
      readonly min: number
      readonly max: number
      /** Whole numbers only. */
      readonly whole?: boolean
      readonly unit: string
      readonly doc: string
    }
  | { readonly type: 'boolean'; readonly default: boolean; readonly doc: string }
  | {
      readonly type: 'choice'
      readonly default: string
      readonly choices: readonly string[]
      readonly doc: string
    }
  | {
      readonly type: 'text'
      readonly default: string
      readonly pattern: string
      readonly doc: string
    }

export const number = (value: number, min: number, max: number, unit: string, doc: string) =>
  ({ type: 'number', default: value, min, max, unit, doc }) as const
export const whole = (value: number, min: number, max: number, unit: string, doc: string) =>
  ({ ...number(value, min, max, unit, doc), whole: true }) as const
export const choice = (choices: readonly string[], doc: string) =>
  ({ type: 'choice', default: choices[0]!, choices, doc }) as const
export const text = (value: string, pattern: string, doc: string) =>
  ({ type: 'text', default: value, pattern, doc }) as const
