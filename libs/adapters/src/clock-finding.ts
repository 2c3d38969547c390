/** Clocks that differ by more are worth a word; those that NTP keeps differ by milliseconds. */
const TOLERANCE = 5_000

/** What doctor says of a clock that is `ahead` milliseconds of another, behind where negative; nothing of a right one. */
export const clockFinding = (
  whose: string,
  { ahead, of, means }: { readonly ahead: number; readonly of: string; readonly means: string },
) => {
  if (Math.abs(ahead) <= TOLERANCE) return []
  const seconds = Math.round(Math.abs(ahead) / 1000)
  return [
    {
      level: 'warn',
      detail: `${whose} is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ${of}: ${means}`,
      hint: 'let NTP keep the clocks of all machines',
    } as const,
  ]
}
