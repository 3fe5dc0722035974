import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hubSettings } from './settings.js';

describe('hubSettings', () => {
  it('goes by the environment', () => {
    expect(hubSettings({}, {})).toEqual({
      endpoint: 'https://huggingface.co',
      token: null,
      offline: false,
      folder: join(homedir(), '.cache', 'glot', 'models'),
    });
    const environment = { HF_ENDPOINT: 'https://mirror.example/hf/', HF_TOKEN: ' hf_x\n', HF_HUB_OFFLINE: 'Yes' };
    expect(hubSettings({}, environment)).toMatchObject({
      endpoint: 'https://mirror.example/hf',
      token: 'hf_x',
      offline: true,
    });
  });

  it('finds the folder by the nearest variable', () => {
    const all = { GLOT_MODELS: '/m', HF_HOME: '/hf', XDG_CACHE_HOME: '/xdg' };
    expect(hubSettings({}, all).folder).toBe(resolve('/m'));
    expect(hubSettings({}, { ...all, GLOT_MODELS: '' }).folder).toBe(resolve('/hf/glot/models'));
    expect(hubSettings({}, { XDG_CACHE_HOME: '/xdg' }).folder).toBe(resolve('/xdg/glot/models'));
    expect(hubSettings({ folder: '/given' }, all).folder).toBe(resolve('/given'));
  });

  it('lets what is given win', () => {
    expect(hubSettings({ token: null, offline: false }, { HF_TOKEN: 'hf_x', HF_HUB_OFFLINE: '1' })).toMatchObject({
      token: null,
      offline: false,
    });
  });
});
