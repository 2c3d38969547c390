import type { ExploreError } from '@explore/explore'

/** What is wrong now, by part: each problem is reported when it comes, not as long as it stays. */
export const problems = (report: (error: ExploreError) => void) => {
  const present = new Map<string, ExploreError>()
  return {
    /** The news of a part: its problem, or undefined when it is well. */
    of:
      (part: string) =>
      (problem: ExploreError | undefined): void => {
        const known = present.get(part)
        if (problem === undefined) present.delete(part)
        else present.set(part, problem)
        if (problem !== undefined && problem.message !== known?.message) report(problem)
      },
    has: (part: string): boolean => present.has(part),
    messages: (): readonly string[] => [...present.values()].map(({ message }) => message),
  }
}
