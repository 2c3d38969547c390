import { InvalidArgumentError } from 'commander'

/** Parses an option that is a whole number; commander makes wrong usage of what it throws. */
export const wholeNumber =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`
    throw new InvalidArgumentError(`It must be a whole number ${bounds}.`)
  }
