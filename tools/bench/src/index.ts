export { benchHome } from './bench.ts'
export { comparisonTable, type Figure, figuresTable, holds } from './figures.ts'
