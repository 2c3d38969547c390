/**
 * Resolves at the first Ctrl-C, SIGTERM or SIGHUP. A second Ctrl-C ends the process at once; the others may come twice,
 * as supervisors send them to each process of a group.
 */
export const untilStopped = (): Promise<void> =>
  new Promise(resolve => {
    process.once('SIGINT', () => resolve())
    process.on('SIGTERM', () => resolve())
    process.on('SIGHUP', () => resolve())
  })
