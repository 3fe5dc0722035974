export { createMemoryIndex, type MemoryIndexOptions } from './memory-index.js';
export { type OpenIndexOptions, openIndex } from './open-index.js';
export { pageNumber, placeAt, placesWithin } from './places.js';
export { type BackupOptions, type BackupReport, backupIndex } from './sqlite/backup.js';
export type { StorageProfile } from './storage-profile.js';
export { type ExportOptions, exportIndex, type TransferReport } from './transfer/export-index.js';
export { type ImportOptions, importIndex } from './transfer/import-index.js';
export type {
  BlockKind,
  BlockSpan,
  CompactOptions,
  CompactProgress,
  CompactReport,
  DocumentInput,
  DocumentNotes,
  EncoderIdentity,
  FileStamp,
  FormatReading,
  Hit,
  IndexProblem,
  IndexStats,
  MultivectorIndex,
  Note,
  PassageInput,
  Place,
  PreparedVectors,
  RepairReport,
  RowMatch,
  SearchFilter,
  SearchMode,
  SearchRequest,
  SkippedInput,
  StoredFile,
} from './types.js';
