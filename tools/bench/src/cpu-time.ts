/** CPU time of this process, all threads, in milliseconds: what others do on the machine is not in it. */
export const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** CPU milliseconds per call of `work` over `calls` calls. */
export const cpuPerCall = async (
  calls: number,
  work: (turn: number) => unknown,
): Promise<number> => {
  const start = cpuMs()
  for (let turn = 0; turn < calls; turn++) await work(turn)
  return (cpuMs() - start) / calls
}
