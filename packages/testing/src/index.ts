/**
 * What tests of several packages are made of. Knows no package of glot, so that the tests of any may use it; nothing that
 * is published imports it.
 * @module
 */
export { BYTE_TOKENIZER_SIZE, writeByteTokenizer } from './checkpoints/byte-tokenizer.js';
export { type GgufOfFolderOptions, writeGgufOfFolder } from './checkpoints/gguf-of-folder.js';
export { type Field, ggufBytes, ggufHeader, type WrittenFile, type WrittenTensor } from './checkpoints/gguf-writer.js';
export { type CheckpointShape, TINY, writeRandomCheckpoint } from './checkpoints/random-checkpoint.js';
export { type WordEncoder, type WordEncoderOptions, wordEncoder } from './encoders/word-encoder.js';
export { OpenedFiles } from './files/opened-files.js';
export * from './files/pdf-file.js';
export { jsonLines, scratchFolder } from './files/scratch-folder.js';
export * from './files/zip-file.js';
export { seededNumbers } from './seeded-numbers.js';
export {
  type ChatHandler,
  type ChatRequest,
  chatServer,
  contentEvent,
  sendAnswer,
  startChatServer,
  streamAnswer,
} from './servers/chat-server.js';
export { type Fault, HubServer, type SeenRequest, type ServedRepo, sha256 } from './servers/hub-server.js';
export { type LoopbackServer, serve, startServer } from './servers/loopback-server.js';
