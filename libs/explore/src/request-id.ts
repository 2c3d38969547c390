/** A UUID of its own for each number: the same ones in every run, so that chance falls alike. */
export const requestIdOf = (number: number): string =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
