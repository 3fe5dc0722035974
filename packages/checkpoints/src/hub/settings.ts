import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { GlotError } from '@glot/errors';

/** Where models come from and go to. */
export interface HubSettings {
  /** Address of the hub without a slash at its end. */
  readonly endpoint: string;
  /** Sent to the hub itself only, never to where it redirects. */
  readonly token: string | null;
  /** Nothing is asked of the network. */
  readonly offline: boolean;
  /** Folder of all pulled models. */
  readonly folder: string;
}

const YES = ['1', 'on', 'yes', 'true'];

/**
 * Settings by the environment: `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`, and the folder: `GLOT_MODELS`, else
 * `$HF_HOME/glot/models`, else `$XDG_CACHE_HOME/glot/models`, else `~/.cache/glot/models`. What is given wins.
 * @throws GlotError `hub.endpoint`
 */
export function hubSettings(
  given: Partial<HubSettings> = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): HubSettings {
  const { HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, GLOT_MODELS, HF_HOME, XDG_CACHE_HOME } = environment;
  const endpoint = given.endpoint ?? (HF_ENDPOINT || 'https://huggingface.co');
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new GlotError('hub.endpoint', `HF_ENDPOINT ${JSON.stringify(endpoint)} is no http address; correct it`, {
      details: { endpoint },
    });
  }
  const caches = HF_HOME || XDG_CACHE_HOME || join(homedir(), '.cache');
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    token: given.token === undefined ? HF_TOKEN?.trim() || null : given.token,
    offline: given.offline ?? YES.includes((HF_HUB_OFFLINE ?? '').toLowerCase()),
    folder: resolve(given.folder ?? (GLOT_MODELS || join(caches, 'glot', 'models'))),
  };
}
