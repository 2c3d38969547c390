export { type RoundOptions, type RoundReport, runRound } from './round.ts'
export { SABOTAGES } from './sabotage.ts'
