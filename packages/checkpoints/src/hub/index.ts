export {
  type LocalModel,
  listModels,
  modelPath,
  resolveModel,
  type Verification,
  type VerifyOptions,
  verifyModel,
} from './local-models.js';
export { type PullOptions, type PullProgress, type PullResult, pullModel } from './pull-model.js';
export type { HubSettings } from './settings.js';
