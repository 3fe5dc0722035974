export { documentMatches } from './filter/document-filter.js';
export { createMemoryIndex, type MemoryIndexOptions } from './memory/memory-index.js';
export { MemoryLedger } from './memory/memory-ledger.js';
export { type OpenIndexOptions, openIndex } from './open-index.js';
export { pageNumber, placeAt, placesWithin } from './places.js';
export { type BackupOptions, type BackupReport, backupIndex } from './sqlite/opening/backup.js';
export type { StorageProfile } from './storage-profile.js';
export { type ExportOptions, exportIndex, type TransferReport } from './transfer/export-index.js';
export { type ImportOptions, importIndex } from './transfer/import-index.js';
export type {
  BlockKind,
  BlockSpan,
  Correction,
  DocumentChange,
  DocumentEntry,
  DocumentId,
  DocumentInput,
  DocumentNotes,
  DocumentReader,
  Documents,
  DocumentVectors,
  EncoderIdentity,
  FileLedger,
  FileStamp,
  FormatReading,
  Hit,
  IndexChange,
  IndexedRoot,
  IndexProblem,
  IndexStats,
  LedgerChange,
  MultivectorIndex,
  Note,
  OptimizeOptions,
  OptimizeProgress,
  OptimizeReport,
  PassageId,
  PassageInput,
  PassagePlace,
  PassageSearch,
  Place,
  PreparedVectors,
  QueryReading,
  RepairReport,
  RowMatch,
  SearchFilter,
  SearchMode,
  SearchRequest,
  SkippedInput,
  StoredDocument,
  StoredFile,
  StoredPassage,
  Upkeep,
} from './types.js';
