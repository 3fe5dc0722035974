/**
 * The source file that holds the calibrations, by encoder name.
 * @module
 */

import type { EvidenceCalibration } from '@glot/rag';

export interface NotedCalibration {
  readonly calibration: EvidenceCalibration;
  /** What it was made from and how it does: lines of a comment. */
  readonly note: readonly string[];
}

export function calibrationSource(all: Readonly<Record<string, NotedCalibration>>): string {
  const entries = Object.entries(all).map(([name, { calibration, note }]) => {
    const comment = note.length === 0 ? '' : `  /**\n${note.map((line) => `   * ${line}\n`).join('')}   */\n`;
    return `${comment}  ${JSON.stringify(name)}: ${JSON.stringify(calibration, null, 2)},\n`;
  });
  return `import type { EvidenceCalibration } from './evidence.js';

/** By encoder name; written by \`pnpm calibrate:abstention\`. */
export const CALIBRATIONS: Readonly<Record<string, EvidenceCalibration>> = {
${entries.join('')}};
`;
}
