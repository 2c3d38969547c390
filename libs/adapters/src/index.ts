export { lmdbEventLog } from './lmdb/lmdb-event-log.ts'
export { lmdbProfileStore } from './lmdb/lmdb-profile-store.ts'
export { lmdbStateStore } from './lmdb/lmdb-state-store.ts'
export { type LmdbEnvironment, type LmdbOptions, openLmdb } from './lmdb/open-lmdb.ts'
export { type ParquetColumn, parquetFile, type ParquetValue } from './export-parquet.ts'
export * from './import/index.ts'
export { loadBundle, type LoadOptions } from './bundle/load-bundle.ts'
export { modelSpecs } from './bundle/model-specs.ts'
export { type Manifest, modelFile, readManifest, TRAINED } from './bundle/manifest.ts'
export { deriveBundle, type DeriveOptions } from './bundle/derive-bundle.ts'
export { type Decision, readDecisions, recordDecision } from './bundle/history.ts'
export {
  currentBundle,
  listBundles,
  pointers,
  previousBundle,
  promoteBundle,
} from './bundle/pointers.ts'
export { type Pruned, pruneBundles } from './bundle/prune-bundles.ts'
export { shareBundle, type SharedBundle } from './bundle/share-bundle.ts'
export { checkSigned, signingKey, verifyingKey } from './bundle/signature.ts'
export { verifyBundle } from './bundle/verify-bundle.ts'
export { type BundleInfo, HNSW_FROM, writeBundle } from './bundle/write-bundle.ts'
export { buildHnsw } from './vectors/build-hnsw.ts'
export { hnswIndex } from './vectors/hnsw-index.ts'
export { hnswAvailable } from './vectors/hnsw-library.ts'
