export { type BackupReport, backUp } from './back-up.ts'
export { type BackupManifest, checkBackup } from './backup-manifest.ts'
export { restore, type RestoreReport } from './restore.ts'
