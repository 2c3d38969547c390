/** Told of long work: its stage, how far it is in [0, 1], and a word on what it does. */
export type Progress = (stage: string, fraction: number, note?: string) => void

export const silent: Progress = () => {}
