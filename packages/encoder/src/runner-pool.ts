import type { TokenBatch } from '@glot/lfm2';
import type { TrunkRunner } from './trunk-runner.js';

/** Runs at a runner, the one at work included, with which another one is started beside it. */
const QUEUE = 2;

/** Tokens that come before: starting a runner costs about as much processor time as they. */
const START_TOKENS = 16_384;

/** Others than the first end once there was nothing to do for so long: each holds the model. */
const IDLE_MS = 1_000;

interface Lane {
  readonly runner: TrunkRunner;
  /** Tokens of the runs that it was given and has not finished. */
  tokens: number;
  runs: number;
}

/**
 * Several runners of one model side by side. Others than the first are started once runs wait and there was enough to do
 * for that to pay, so that queries and a few changed files have one. Which of them runs a batch makes no difference to its
 * vectors.
 */
export class RunnerPool implements TrunkRunner {
  readonly lanes: number;
  readonly #startTokens: number;
  /** Given to runners since there was nothing to do for a while. */
  #tokens = 0;
  readonly #lanes: Lane[];
  readonly #startAnother: () => Promise<TrunkRunner | null>;
  #starting: Promise<void> | null = null;
  #isComplete = false;
  #idle: NodeJS.Timeout | undefined;
  readonly #idleMs: number;
  #ending: Promise<unknown> = Promise.resolve();
  #disposed: Promise<void> | null = null;

  /**
   * @param first a runner that is loaded
   * @param startAnother null where no more can be had; it is not asked again then
   */
  constructor(
    first: TrunkRunner,
    lanes: number,
    startAnother: () => Promise<TrunkRunner | null>,
    { idleMs = IDLE_MS, startTokens = START_TOKENS }: { idleMs?: number; startTokens?: number } = {},
  ) {
    this.lanes = lanes;
    this.#idleMs = idleMs;
    this.#startTokens = startTokens;
    this.#lanes = [{ runner: first, tokens: 0, runs: 0 }];
    this.#startAnother = startAnother;
  }

  async run(batch: TokenBatch): Promise<Float32Array> {
    let lane = this.#lanes[0]!;
    for (const other of this.#lanes) if (other.tokens < lane.tokens) lane = other;
    if (lane.runs >= QUEUE && this.#tokens >= this.#startTokens) this.#grow();
    clearTimeout(this.#idle);
    this.#tokens += batch.ids.length;
    lane.runs += 1;
    lane.tokens += batch.ids.length;
    try {
      return await lane.runner.run(batch);
    } finally {
      lane.runs -= 1;
      lane.tokens -= batch.ids.length;
      this.#shrinkLater();
    }
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  get #isIdle(): boolean {
    return this.#lanes.every(({ runs }) => runs === 0);
  }

  #shrinkLater(): void {
    clearTimeout(this.#idle);
    if (this.#isIdle) this.#idle = setTimeout(() => this.#shrink(), this.#idleMs).unref();
  }

  #shrink(): void {
    if (!this.#isIdle || this.#disposed) return;
    this.#tokens = 0;
    const others = this.#lanes.splice(1);
    if (others.length > 0) this.#isComplete = false;
    this.#ending = Promise.allSettled([this.#ending, ...others.map(({ runner }) => runner.dispose())]);
  }

  #grow(): void {
    if (this.#starting || this.#isComplete || this.#disposed) return;
    this.#starting = this.#startAnother()
      // One that cannot be had is no reason to stop: the others do its work.
      .catch(() => null)
      .then((runner) => {
        if (runner) this.#lanes.push({ runner, tokens: 0, runs: 0 });
        this.#isComplete = runner === null || this.#lanes.length === this.lanes;
        this.#starting = null;
        this.#shrinkLater();
      });
  }

  async #dispose(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#starting;
    await Promise.all([this.#ending, ...this.#lanes.map(({ runner }) => runner.dispose())]);
  }
}
