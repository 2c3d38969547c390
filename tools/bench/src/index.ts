export { benchHome } from './bench.ts'
export { benchTraining } from './bench-training.ts'
export { benchWarmStart } from './bench-warm-start.ts'
export { comparisonTable, type Figure, figuresTable, holds } from './figures.ts'
