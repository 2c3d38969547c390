/** Resolves at the first Ctrl-C, SIGTERM or SIGHUP; a second one ends the process at once. */
export const untilStopped = (): Promise<void> =>
  new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve())
  })
