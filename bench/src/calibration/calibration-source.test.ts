import { transpileModule } from 'typescript';
import { describe, expect, it } from 'vitest';
import { calibrationSource } from './calibration-source.js';

describe('calibrationSource', () => {
  it('is a module that gives the calibrations back, notes beside them', async () => {
    const calibration = { means: [0.1, 2], deviations: [1, 1], weights: [0, 1.5], bias: -0.25, threshold: 0.08 };
    const source = calibrationSource({
      'mini-é': { calibration, note: ['made from 3 questions'] },
      other: { calibration, note: [] },
    });
    expect(source).toContain('   * made from 3 questions\n');
    const { outputText } = transpileModule(source, { compilerOptions: { module: 99, target: 99 } });
    const module = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
    expect(module.CALIBRATIONS).toEqual({ 'mini-é': calibration, other: calibration });
  });
});
