export {
  createTopics,
  examineTopics,
  partitionsOf,
  type TopicFinding,
} from './kafka/create-topics.ts'
export { examineKafka } from './kafka/examine-kafka.ts'
export { type Letter, lettersOf } from './kafka/inspect-letters.ts'
export { kafkaAppender } from './kafka/kafka-appender.ts'
export { kafkaEventLog, openKafkaLog } from './kafka/kafka-event-log.ts'
export { partitionOf } from './kafka/load-kafkajs.ts'
export { type KafkaLink, openKafka } from './kafka/open-kafka.ts'
export { pageRecorder } from './kafka/page-recorder.ts'
export { removeProfileRecord } from './kafka/remove-profile.ts'
export { replayLetters } from './kafka/replay-letters.ts'
export { runStream } from './kafka/run-stream.ts'
export { servedPages } from './kafka/served-pages.ts'
export { spooledAppend } from './kafka/spooled-append.ts'
export { type PartitionLag, streamLag } from './kafka/stream-lag.ts'
export { deadLetterTopic, TOPICS } from './kafka/topics.ts'
export { lmdbSpool } from './lmdb/lmdb-spool.ts'
export { lmdbEventLog } from './lmdb/lmdb-event-log.ts'
export { lmdbProfileStore } from './lmdb/lmdb-profile-store.ts'
export { lmdbStateStore } from './lmdb/lmdb-state-store.ts'
export { type LmdbEnvironment, type LmdbOptions, openLmdb } from './lmdb/open-lmdb.ts'
export {
  type ParquetColumn,
  type ParquetFile,
  parquetFile,
  type ParquetValue,
} from './export-parquet.ts'
export * from './import/index.ts'
export { type BundleStore } from './bundle-store/bundle-store.ts'
export { openBundleStore } from './bundle-store/open-bundle-store.ts'
export { pullBundle } from './bundle-store/pull-bundle.ts'
export { pushBundle } from './bundle-store/push-bundle.ts'
export { loadBundle, type LoadOptions } from './bundle/load-bundle.ts'
export { modelSpecs } from './bundle/model-specs.ts'
export { MANIFEST, type Manifest, modelFile, readManifest, TRAINED } from './bundle/manifest.ts'
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
export {
  shareBundle,
  type SharedBundle,
  TABLE_NAMES,
  type TableName,
} from './bundle/share-bundle.ts'
export { orDiskFull, sha256, sync, writeDurably } from './bundle/files.ts'
export { checkSigned, signingKey, verifyingKey } from './bundle/signature.ts'
export { verifyBundle } from './bundle/verify-bundle.ts'
export { type BundleInfo, HNSW_FROM, writeBundle } from './bundle/write-bundle.ts'
export { mergeAll } from './vectors/found.ts'
export { ofShard, type Shard, vectorsOf } from './vectors/shard-index.ts'
export { buildHnsw } from './vectors/build-hnsw.ts'
export { hnswIndex } from './vectors/hnsw-index.ts'
export { hnswAvailable, hnswLibrary } from './vectors/hnsw-library.ts'
export { examineRedis, type RedisFinding } from './redis/examine-redis.ts'
export { openRedis } from './redis/open-redis.ts'
export { dumpRedisProfiles, loadRedisProfiles } from './redis/profile-dump.ts'
export { type RebuildReport, rebuildRedis } from './redis/rebuild-redis.ts'
export { redisStateStore } from './redis/redis-state-store.ts'
export { foldSnapshot, type SnapshotReport } from './snapshot/fold-snapshot.ts'
export { loadSnapshot } from './snapshot/load-snapshot.ts'
export { usableSnapshot } from './snapshot/usable-snapshot.ts'
export { forgetInSnapshot } from './snapshot/forget-in-snapshot.ts'
export { readHead } from './snapshot/snapshot-file.ts'
export { openRedisProfiles, openRedisState } from './redis/open-redis-stores.ts'
