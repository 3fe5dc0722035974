import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

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

  /** @param folder with node_modules/node-llama-cpp */
  static async open(folder: string, model: string, threads: number, contextTokens: number): Promise<LlamaCpp> {
    const entry = resolve(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
    const { getLlama } = (await import(pathToFileURL(entry).href)) as LlamaModule;
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: threads });
    const loaded = await llama.loadModel({ modelPath: model });
    const context = await loaded.createContext({ contextSize: contextTokens, batchSize: 512, threads, sequences: 1 });
    return new LlamaCpp(context.getSequence());
  }

  private constructor(sequence: Sequence) {
    this.#sequence = sequence;
  }

  /** Milliseconds to read a prompt. */
  async prefill(ids: readonly number[]): Promise<number> {
    await this.#sequence.clearHistory();
    const began = performance.now();
    await this.#sequence.evaluateWithoutGeneratingNewTokens([...ids]);
    return performance.now() - began;
  }

  /** Milliseconds a token, for `count` tokens after a prompt that is not counted. */
  async decode(ids: readonly number[], count: number): Promise<number> {
    await this.#sequence.clearHistory();
    await this.#sequence.evaluateWithoutGeneratingNewTokens(ids.slice(0, -1));
    let made = 0;
    let began = 0;
    for await (const _ of this.#sequence.evaluate(ids.slice(-1), { temperature: 0, yieldEogToken: true })) {
      if (made === 0) began = performance.now();
      if (made === count) break;
      made += 1;
    }
    return (performance.now() - began) / count;
  }
}
