import { isMainThread } from 'node:worker_threads';
import { GlotError } from '@glot/errors';

/**
 * onnxruntime 1.30 sends usage events to its vendor unless this variable of the process is `1` when its library loads.
 * The same code writes a log to the temporary folder and a device id below the user's cache folder, and matches
 * recursive regular expressions against the command line, which overflows the stack on a long one.
 */
const SWITCH = 'ORT_DISABLE_TELEMETRY';

/**
 * Switches it off for this process and the threads that it starts from now on. Call it before the runtime is loaded and
 * before a thread that loads it is started: a thread's `process.env` is a copy that native code does not see, so that a
 * thread can only tell whether its starter has done so.
 *
 * @throws GlotError `kernels.telemetry` in a thread whose starter did not switch it off
 */
export function switchTelemetryOff(): void {
  if (isMainThread) {
    process.env[SWITCH] = '1';
  } else if (process.env[SWITCH] !== '1') {
    throw new GlotError(
      'kernels.telemetry',
      `a model is opened in a thread that was started without ${SWITCH}=1, so its runtime would report to its vendor; set ${SWITCH}=1 in the environment, or in process.env of the main thread before the thread starts`,
    );
  }
}
