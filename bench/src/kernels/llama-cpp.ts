import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Clock, stopwatch } from './stopwatch.js';

/** What the benchmark uses of node-llama-cpp, which is installed outside of the repository. */
interface Sequence {
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void>;
  evaluate(tokens: number[], options: { temperature: number; yieldEogToken: boolean }): AsyncIterable<number>;
}

interface LlamaModule {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      createContext(options: object): Promise<{ getSequence(): Sequence }>;
      dispose(): Promise<void>;
    }>;
  }>;
}

/** One GGUF file in llama.cpp on the CPU. */
export class LlamaCpp {
  readonly #sequence: Sequence;
  readonly #clock: Clock;
  readonly #dispose: () => Promise<void>;

  /** @param folder with node_modules/node-llama-cpp */
  static async open(
    folder: string,
    model: string,
    threads: number,
    contextTokens: number,
    clock: Clock,
  ): Promise<LlamaCpp> {
    const entry = resolve(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
    const { getLlama } = (await import(pathToFileURL(entry).href)) as LlamaModule;
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: threads });
    const loaded = await llama.loadModel({ modelPath: model });
    const context = await loaded.createContext({ contextSize: contextTokens, batchSize: 512, threads, sequences: 1 });
    return new LlamaCpp(context.getSequence(), clock, () => loaded.dispose());
  }

  private constructor(sequence: Sequence, clock: Clock, dispose: () => Promise<void>) {
    this.#dispose = dispose;
    this.#sequence = sequence;
    this.#clock = clock;
  }

  /** Milliseconds to read a prompt, and milliseconds for each of `count` tokens after it and one more. */
  async measure(ids: readonly number[], count: number): Promise<{ readonly prefill: number; readonly decode: number }> {
    await this.#sequence.clearHistory();
    const reading = stopwatch(this.#clock);
    await this.#sequence.evaluateWithoutGeneratingNewTokens([...ids]);
    const prefill = reading();
    if (count === 0) return { prefill, decode: 0 };
    let made = 0;
    let writing = stopwatch(this.#clock);
    for await (const _ of this.#sequence.evaluate([100], { temperature: 0, yieldEogToken: true })) {
      if (made === 0) writing = stopwatch(this.#clock);
      if (made === count) break;
      made += 1;
    }
    return { prefill, decode: writing() / count };
  }

  dispose(): Promise<void> {
    return this.#dispose();
  }
}
