import type { EvidenceCalibration } from './answer-evidence.js';

/** By encoder name; written by the evaluation package's `calibrate-abstention`, whose output says on which data. */
export const CALIBRATIONS: Readonly<Record<string, EvidenceCalibration>> = {};
