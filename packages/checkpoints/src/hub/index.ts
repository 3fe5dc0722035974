export type { Patience } from './download.js';
export {
  findModel,
  type LocalModel,
  listModels,
  modelPath,
  resolveModel,
  type Verification,
  type VerifyOptions,
  verifyModel,
} from './local-models.js';
export { formatModelName, type ModelName, parseModelName } from './model-name.js';
export { type PullOptions, type PullProgress, type PullResult, pullModel } from './pull-model.js';
export { type HubSettings, hubSettings } from './settings.js';
